import { builtinModules } from 'node:module'
import { describe, expect, it } from 'vitest'
import { importsOf, sourceFiles } from './source-files.ts'

/** Which folder of broker-core may import which; the same table stands in broker-core/README.md. */
const brokerCore: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  env: ['base'],
  protocol: ['base', 'model'],
  records: ['base', 'model', 'env'],
  wire: ['base', 'model', 'env', 'protocol'],
  storage: ['base', 'model', 'env', 'records'],
  replication: ['base', 'model', 'env', 'records', 'storage'],
  consensus: ['base', 'model', 'env', 'protocol'],
  controller: ['base', 'model', 'env', 'protocol', 'consensus'],
  coordinator: ['base', 'model', 'env', 'protocol', 'records'],
  server: ['base', 'model', 'env', 'protocol', 'records', 'wire', 'replication', 'consensus', 'controller', 'coordinator'],
  client: ['base', 'model', 'env', 'protocol', 'records', 'wire'],
  cluster: [
    ...['base', 'model', 'env', 'protocol', 'records', 'wire', 'storage'],
    ...['replication', 'consensus', 'controller', 'coordinator', 'server'],
  ],
}
const nodeFolder = 'broker-core/env/node/'

describe('imports', () => {
  it('broker-core: each folder imports only what the table allows', () => {
    const forbidden: string[] = []
    for (const file of sourceFiles(['broker-core'])) {
      const folder = file.path.split('/')[1] ?? ''
      const allowed = brokerCore[folder]
      expect(allowed, `broker-core/${folder} has no row in the table`).toBeDefined()
      for (const target of importsOf(file)) {
        if (!isAllowedInCore(file.path, folder, allowed ?? [], target)) forbidden.push(`${file.path} -> ${target}`)
      }
    }
    expect(forbidden).toEqual([])
  })

  it('only src-main/desktop imports electron', () => {
    const files = sourceFiles(['src-main', 'src-renderer', 'broker-core']).filter(file => importsOf(file).includes('electron'))
    expect(
      files.map(file => file.path).filter(path => !path.startsWith('src-main/desktop/') && path !== 'src-main/index.ts'),
    ).toEqual([])
  })

  it('src-main/contract imports nothing of the project', () => {
    const outside = sourceFiles(['src-main/contract']).flatMap(file =>
      importsOf(file)
        .filter(target => target !== 'zod' && !target.startsWith('src-main/contract/'))
        .map(target => `${file.path} -> ${target}`),
    )
    expect(outside).toEqual([])
  })

  it('the window knows the contract and its own folders, never broker-core, Node or the rest of the main process', () => {
    const outside = sourceFiles(['src-renderer']).flatMap(file =>
      importsOf(file)
        .filter(target => isNodeModule(target) || target.startsWith('broker-core/') || isMainProcess(target))
        .map(target => `${file.path} -> ${target}`),
    )
    expect(outside).toEqual([])
  })

  it('features of the window do not import each other; editor alone imports monaco, charts alone recharts', () => {
    const wrong: string[] = []
    for (const file of sourceFiles(['src-renderer'])) {
      const [, area, feature] = file.path.split('/')
      for (const target of importsOf(file)) {
        const [, targetArea, targetFeature] = target.split('/')
        const crossesFeature =
          target.startsWith('src-renderer/features/') && area !== 'app' && (area !== targetArea || feature !== targetFeature)
        const wrongLibrary = (/^monaco-editor/.test(target) && area !== 'editor') || (target === 'recharts' && area !== 'charts')
        if (crossesFeature || wrongLibrary) wrong.push(`${file.path} -> ${target}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

const isNodeModule = (target: string) => target.startsWith('node:') || builtinModules.includes(target)
const isMainProcess = (target: string) => target.startsWith('src-main/') && !target.startsWith('src-main/contract/')

function isAllowedInCore(path: string, folder: string, allowed: readonly string[], target: string): boolean {
  if (!target.startsWith('broker-core/')) return path.startsWith(nodeFolder)
  if (target.startsWith(nodeFolder)) return path.startsWith(nodeFolder)
  const targetFolder = target.split('/')[1] ?? ''
  return targetFolder === folder || allowed.includes(targetFolder)
}
