// How each suite is run, and how its counts are read back. Every runner prints to the open file
// `output` and answers { passed, failed, skipped, failures: what failed and how, in words }.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { projectFolder } from '../../src-main/setup/steps.mjs'
import { node } from './lanes.mjs'

/** One check that passes or fails as a whole: the type check, the linter, the formatter. */
export async function runCheck(script, output) {
  const status = await node([join(projectFolder, script.file), ...(script.args ?? [])], output)
  return status === 0 ? count(1, 0) : count(0, 1)
}

export function runVitest(project, output, env) {
  return withReport(async report => {
    const tool = join(projectFolder, 'node_modules', 'vitest', 'vitest.mjs')
    const args = ['run', '--project', project, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
    const status = await node([tool, ...args], output, env)
    const result = readReport(report)
    if (!result) return count(0, 1, 0, ['it left no report'])
    const failures = result.testResults.flatMap(failuresOfFile)
    // An error outside any test (an unhandled rejection) fails the run without a failed test.
    if (failures.length === 0 && status !== 0) failures.push('an error outside of any test: see its output')
    return count(result.numPassedTests, failures.length, result.numPendingTests + result.numTodoTests, failures)
  })
}

export function runPlaywright(project, output, env) {
  return withReport(async report => {
    const tool = join(projectFolder, 'node_modules', '@playwright', 'test', 'cli.js')
    const config = join(projectFolder, 'test', 'e2e', 'playwright.config.ts')
    const args = ['test', '--config', config, '--project', project, '--reporter=line,json']
    const status = await node([tool, ...args], output, { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report })
    const result = readReport(report)
    if (!result?.stats) return count(0, 1, 0, ['it left no report'])
    const { expected, unexpected, flaky, skipped } = result.stats
    const failures = result.suites.flatMap(suite => failuresOfSpecs(suite))
    return count(expected, unexpected + flaky === 0 && status !== 0 ? 1 : unexpected + flaky, skipped, failures)
  })
}

/** A virtual display for the window tests: resolves with its DISPLAY and the way to end it. */
export function startDisplay(xvfbPath) {
  return new Promise((resolve, reject) => {
    const server = spawn(xvfbPath, ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    server.once('error', reject)
    server.once('exit', code => reject(new Error(`Xvfb ended with status ${code}`)))
    server.stdio[3].once('data', number => resolve({ display: `:${String(number).trim()}`, stop: () => server.kill() }))
  })
}

async function withReport(use) {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-report-'))
  try {
    return await use(join(folder, 'report.json'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function failuresOfFile({ name, status, message, assertionResults }) {
  const file = relative(projectFolder, name)
  if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${beginning(message)}`]
  const failed = assertionResults.filter(test => test.status === 'failed')
  return failed.map(test => `${file}: ${test.fullName}: ${beginning(test.failureMessages.join(' '))}`)
}

function failuresOfSpecs({ file, specs = [], suites = [] }) {
  const failed = specs.filter(spec => !spec.ok)
  const told = failed.map(spec => {
    const errors = spec.tests.flatMap(test => test.results).flatMap(result => result.errors)
    return `${file}:${spec.line}: ${spec.title}: ${beginning(errors.map(error => error.message).join(' '))}`
  })
  return [...told, ...suites.flatMap(failuresOfSpecs)]
}

const lineMax = 500
/** In one line and without the stack. Vitest's report has of a test that ran out of time the stack alone, under this name. */
const beginning = text =>
  stripVTControlCharacters(text)
    .replaceAll('Error: STACK_TRACE_ERROR', 'it did not end within its time limit')
    .replaceAll(/^\s+at .*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .slice(0, lineMax)

const count = (passed, failed, skipped = 0, failures = []) => ({ passed, failed, skipped, failures })
