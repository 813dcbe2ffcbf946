import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import type * as node from '../../../broker-core/consensus/node.ts'
import type * as ports from '../../../broker-core/consensus/ports.ts'
import type { Mutant } from './mutants.ts'

export type QuorumCode = Pick<typeof node, 'createRaftNode'> & Pick<typeof ports, 'PeerFailure'>

const consensus = join(dirname(fileURLToPath(import.meta.url)), '../../../broker-core/consensus')
const entry = '\0quorum-entry'

/** The quorum's code with one bug in it, built into a file of its own. Throws when the place to change is not there exactly once. */
export async function buildMutant(mutant: Mutant): Promise<QuorumCode> {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-mutant-'))
  let places = 0
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: true,
        outDir: folder,
        minify: false,
        rollupOptions: { input: entry, output: { entryFileNames: 'quorum.mjs' } },
      },
      plugins: [
        {
          name: 'mutant',
          enforce: 'pre',
          resolveId: id => (id === entry ? entry : undefined),
          load(id) {
            if (id !== entry) return undefined
            const from = (file: string) => JSON.stringify(join(consensus, file))
            return `export { createRaftNode } from ${from('node.ts')}; export { PeerFailure } from ${from('ports.ts')}`
          },
          transform(code, id) {
            if (id !== join(consensus, mutant.file)) return undefined
            places = code.split(mutant.find).length - 1
            return code.replace(mutant.find, () => mutant.replace)
          },
        },
      ],
    })
    if (places !== 1) throw new Error(`${mutant.name}: its place is ${places} times in ${mutant.file}`)
    return (await import(pathToFileURL(join(folder, 'quorum.mjs')).href)) as QuorumCode
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
