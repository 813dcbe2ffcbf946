import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { type Browser, chromium, expect, test } from '@playwright/test'
import { freePortRun } from '../../helpers/free-ports.ts'
import { newDataFolder, projectFolder, removeDataFolder } from '../../helpers/serve-process.ts'
import { brokerRows } from '../workbench.ts'

test.skip(process.platform !== 'linux', 'the unpacked build of other systems is started by the release workflow')
test.describe.configure({ mode: 'serial' })

const output = newDataFolder()
const program = join(output, 'linux-unpacked', 'brokerbench')
test.beforeAll(() => {
  packageInto(output)
})
test.afterAll(() => removeDataFolder(output))

/** Electron's checklist: what a program that others can start must not do for them. */
test('the packaged program has its fuses set', async () => {
  const wire = await getCurrentFuseWire(program)
  // The states are digits in the binary: `0`, `1`, and others for fuses that it does not know.
  const isOn = (fuse: FuseV1Options) => String.fromCharCode(Number(wire[fuse])) === '1'
  expect({
    runAsNode: isOn(FuseV1Options.RunAsNode),
    nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    nodeInspect: isOn(FuseV1Options.EnableNodeCliInspectArguments),
    cookieEncryption: isOn(FuseV1Options.EnableCookieEncryption),
    asarIntegrity: isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
    onlyAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
    ownSnapshot: isOn(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot),
    filePrivileges: isOn(FuseV1Options.GrantFileProtocolExtraPrivileges),
  }).toEqual({
    ...{ runAsNode: false, nodeOptions: false, nodeInspect: false, ownSnapshot: false, filePrivileges: false },
    ...{ cookieEncryption: true, asarIntegrity: true, onlyAsar: true },
  })
})

test('it is no Node for others: neither by the environment nor by a switch', () => {
  const script = "process.stdout.write('ran as Node')"
  const asNode = run(['-e', script], { ELECTRON_RUN_AS_NODE: '1' })
  const [marker, preload] = [join(output, 'preloaded'), join(output, 'preload.cjs')]
  writeFileSync(preload, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`)
  const inspected = run(['--inspect=127.0.0.1:0', '--version'], { NODE_OPTIONS: `--require ${preload}` })
  expect(asNode).not.toContain('ran as Node')
  expect(inspected).not.toContain('Debugger listening')
  expect(existsSync(marker)).toBe(false)
})

test('it starts and shows three brokers, in a sandboxed page', async () => {
  const started = await startPackaged()
  try {
    const page = started.browser.contexts()[0]?.pages()[0] ?? (await started.browser.contexts()[0]?.waitForEvent('page'))
    if (page === undefined) throw new Error('the packaged program has no page')
    await expect(brokerRows(page)).toHaveCount(3)
    expect(await page.evaluate(() => ['require', 'process', 'module', 'Buffer'].filter(name => name in globalThis))).toEqual([])
  } finally {
    await started.close()
  }
})

interface Packaged {
  readonly browser: Browser
  close(): Promise<void>
}

/** By Chromium's own debugging port: the way through Node's inspector is shut. */
async function startPackaged(): Promise<Packaged> {
  const [dataFolder, profileFolder] = [newDataFolder(), newDataFolder()]
  const args = [
    ...ownArguments(profileFolder),
    '--remote-debugging-port=0',
    '--port',
    String(await freePortRun(3)),
    '--data',
    dataFolder,
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const browser = await chromium.connectOverCDP(await debuggerAddress(child))
  return {
    browser,
    async close() {
      await browser.close()
      child.kill('SIGTERM')
      await ended
      for (const folder of [dataFolder, profileFolder]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Chromium's sandbox cannot run as root. */
const ownArguments = (profileFolder: string): string[] => [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  `--user-data-dir=${profileFolder}`,
]

function debuggerAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('exit', status => reject(new Error(`the packaged program ended with status ${status}: ${said}`)))
    if (child.stderr === null) throw new Error('the packaged program has no stderr')
    createInterface({ input: child.stderr }).on('line', line => {
      said += `${line}\n`
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    })
  })
}

/** What it says within some seconds; it is ended then, for it opens its window when it takes the arguments for its own. */
function run(args: readonly string[], env: NodeJS.ProcessEnv): string {
  const profileFolder = newDataFolder()
  const all = [...ownArguments(profileFolder), ...args, '--data', join(profileFolder, 'data')]
  const answer = spawnSync(program, all, { encoding: 'utf8', timeout: 5_000, env: { ...process.env, ...env } })
  rmSync(profileFolder, { recursive: true, force: true })
  return `${answer.stdout}${answer.stderr}`
}

/** electron-builder's unpacked build, on the Electron that the tests found: nothing is downloaded. */
function packageInto(folder: string): void {
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
      `-c.directories.output=${folder}`,
    ],
    { cwd: projectFolder, encoding: 'utf8', timeout: 150_000 },
  )
  expect(result.status, `${result.stdout}\n${result.stderr}`).toBe(0)
}
