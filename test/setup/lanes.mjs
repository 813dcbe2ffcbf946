// Suites side by side: each lane takes the next one when it is done with the last. What a suite prints is kept in a file and shown when it
// ends, so that the outputs of two do not mix.
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectFolder } from '../../src-main/setup/steps.mjs'

const running = new Set()

/** Resolves with the result of each suite by its name, and the seconds it took. Long suites first, so that no lane waits for the last one. */
export async function runLanes(count, suites, found, say) {
  const results = new Map()
  const waiting = [...suites]
  const lane = async () => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift())
      results.set(suite.name, await runSuite(suite, found, say))
  }
  await Promise.all(Array.from({ length: count }, lane))
  return results
}

async function runSuite(suite, found, say) {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-suite-'))
  const path = join(folder, 'output')
  const output = openSync(path, 'w')
  const startedAt = performance.now()
  say(`${suite.name} …`)
  try {
    const result = await suite.run(output, found)
    say(`\n== ${suite.name}\n${readFileSync(path, 'utf8')}`)
    return { ...result, seconds: (performance.now() - startedAt) / 1000 }
  } finally {
    closeSync(output)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a Node script of the project with its output going to the open file; resolves with its status. */
export function node(args, output, env = {}) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, {
      cwd: projectFolder,
      stdio: ['ignore', output, output],
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0', ...env },
    })
    running.add(child)
    const done = status => {
      running.delete(child)
      resolve(status ?? 1)
    }
    child.once('error', () => done(1))
    child.once('exit', done)
  })
}

export function endSuiteProcesses() {
  for (const child of running) child.kill()
}
