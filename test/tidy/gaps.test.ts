import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allApis } from '../../broker-core/protocol/registry.ts'
import { projectFolder } from './source-files.ts'

const handlersFolder = join(projectFolder, 'broker-core', 'server', 'handlers')

/** Keys in the names of `NN-kebab-name.ts`. */
function handledKeys(): number[] {
  return readdirSync(handlersFolder)
    .map(name => /^(\d{2})-[a-z0-9-]+\.ts$/.exec(name)?.[1])
    .filter(key => key !== undefined)
    .map(Number)
}

/** `- 17 SaslHandshake: why not` lines between the two marks of broker-core/README.md. */
function statedGaps(): { key: number; name: string; reason: string }[] {
  const page = readFileSync(join(projectFolder, 'broker-core', 'README.md'), 'utf8')
  const list = /<!-- gaps -->([\s\S]*)<!-- \/gaps -->/.exec(page)?.[1] ?? ''
  return [...list.matchAll(/^- (\d+) (\w+): (.+)$/gm)].map(([, key, name, reason]) => ({
    key: Number(key),
    name: name ?? '',
    reason: reason ?? '',
  }))
}

describe('the gap list', () => {
  it('names every API without a handler, and no other', () => {
    const handled = new Set(handledKeys())
    const missing = allApis.filter(api => !handled.has(api.key)).map(api => `${api.key} ${api.name}`)
    expect(statedGaps().map(gap => `${gap.key} ${gap.name}`)).toEqual(missing)
  })
})
