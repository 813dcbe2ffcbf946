import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { newDataFolder, projectFolder, removeDataFolder } from '../../helpers/serve-process.ts'
import { brokerRows } from '../workbench.ts'
import { startDesktop } from './desktop.ts'

test.skip(process.platform !== 'linux', 'the unpacked build of other systems is started by the release workflow')

test('the packaged Linux build starts and shows three brokers', async () => {
  test.setTimeout(180_000)
  const output = newDataFolder()
  try {
    packageInto(output)
    const desktop = await startDesktop({ executablePath: join(output, 'linux-unpacked', 'brokerbench') })
    try {
      await expect(brokerRows(desktop.page)).toHaveCount(3)
    } finally {
      await desktop.close()
    }
  } finally {
    removeDataFolder(output)
  }
})

/** electron-builder's unpacked build, on the Electron that the tests found: nothing is downloaded. */
function packageInto(output: string): void {
  const runtime = dirname(process.env['BROKERBENCH_ELECTRON'] ?? '')
  const versionFile = join(runtime, 'version')
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') : undefined
  const result = spawnSync(
    process.execPath,
    [
      join(projectFolder, 'node_modules', 'electron-builder', 'cli.js'),
      '--linux',
      'dir',
      `-c.electronDist=${runtime}`,
      ...(version === undefined ? [] : [`-c.electronVersion=${version}`]),
      `-c.directories.output=${output}`,
    ],
    { cwd: projectFolder, encoding: 'utf8', timeout: 150_000 },
  )
  expect(result.status, `${result.stdout}\n${result.stderr}`).toBe(0)
}
