// `npm run simulate:mutants [-- --seeds N] [--only part-of-a-name-or-workload] [--part K/N]`: plants each known bug in a copy of the bundle and runs
// seeds until one fails; with --part every Nth of them, from the Kth on, so that N runs have them all. Exit status 1 when a bug survives.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { projectFolder } from '../../src-main/setup/steps.mjs'
import { mutants } from './mutants.mjs'

const outDir = join(projectFolder, 'node_modules', '.cache', `brokerbench-mutants-${process.pid}`)
const seeds = argument('seeds') ?? '100'
const only = argument('only') ?? ''
const [part, parts] = (argument('part') ?? '1/1').split('/').map(Number)
const say = text => process.stdout.write(`${text}\n`)
const survivors = []

const chosen = mutants
  .filter(one => `${one.name} (${one.workload ?? 'churn'})`.includes(only))
  .filter((_, index) => index % parts === part - 1)
for (const mutant of chosen) {
  await build({
    root: projectFolder,
    configFile: false,
    logLevel: 'error',
    plugins: [planted(mutant)],
    build: { ssr: 'test/simulation/simulate.ts', outDir, emptyOutDir: true, minify: false, target: 'node20' },
  })
  const startedAt = performance.now()
  const result = spawnSync(
    process.execPath,
    [
      ...[join(outDir, 'simulate.js'), '--first', '--from', '1', '--seeds', seeds, `--${mutant.workload ?? 'churn'}`],
      ...(mutant.about === undefined ? [] : ['--about', mutant.about]),
    ],
    { encoding: 'utf8' },
  )
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const found = /^\{.*\}$/m.exec(result.stdout)?.[0]
  if (found === undefined) survivors.push(mutant.name)
  const { seed, violation } = found === undefined ? {} : JSON.parse(found)
  const verdict =
    result.status === 0
      ? `SURVIVES ${seeds} seeds`
      : seed === undefined
        ? `breaks: ${result.stderr.slice(0, 200)}`
        : `found by seed ${seed}: ${violation.split('\n')[0].slice(0, 150)}`
  say(`${mutant.name} (${seconds} s): ${verdict}`)
}
rmSync(outDir, { recursive: true, force: true })
say(survivors.length === 0 ? `each of ${chosen.length} planted bugs was found` : `not found: ${survivors.join(', ')}`)
process.exit(survivors.length === 0 ? 0 : 1)

function planted({ file, find, name, put }) {
  const path = join(projectFolder, file).replaceAll('\\', '/')
  let isPlanted = false
  return {
    name: 'planted-bug',
    enforce: 'pre',
    transform(code, id) {
      if (id.split('?')[0] !== path) return undefined
      const at = code.indexOf(find)
      if (at < 0 || code.includes(find, at + 1)) throw new Error(`"${name}" does not fit ${file} any more`)
      isPlanted = true
      return { code: code.replace(find, () => put), map: null }
    },
    buildEnd(error) {
      if (error === undefined && !isPlanted) throw new Error(`"${name}": ${file} is not part of the simulation`)
    },
  }
}

function argument(name) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}
