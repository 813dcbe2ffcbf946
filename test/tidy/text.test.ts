import { describe, expect, it } from 'vitest'
import { sourceFiles, type SourceFile } from './source-files.ts'

const product = ['broker-core', 'src-main', 'src-renderer']
const everything = [...product, 'test']
const linesMax = 500

/** `path:line: text` of each line that matches, in files that pass. */
function linesMatching(
  files: readonly SourceFile[],
  pattern: RegExp,
  isExcused: (line: string, previous: string) => boolean = () => false,
) {
  return files.flatMap(file => {
    const lines = file.text.split('\n')
    return lines.flatMap((line, index) =>
      pattern.test(line) && !isExcused(line, lines[index - 1] ?? '') ? [`${file.path}:${index + 1}: ${line.trim()}`] : [],
    )
  })
}

describe('text', () => {
  it(`no file is longer than ${linesMax} lines, schema tables aside`, () => {
    const isTable = (path: string) => path.startsWith('broker-core/protocol/') || path.startsWith('test/tidy/')
    const long = sourceFiles(everything).filter(file => !isTable(file.path) && file.text.split('\n').length > linesMax + 1)
    expect(long.map(file => `${file.path}: ${file.text.split('\n').length}`)).toEqual([])
  })

  it('broker-core takes time, chance and timers from its ports', () => {
    const files = sourceFiles(['broker-core']).filter(file => !file.path.startsWith('broker-core/env/node/'))
    const pattern =
      /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|performance\.now)\b/
    const comment = (line: string) => /^\s*(\*|\/\/|\/\*)/.test(line)
    expect(linesMatching(files, pattern, comment)).toEqual([])
  })

  it('nothing is left open, skipped or focused', () => {
    const files = sourceFiles(everything).filter(file => !file.path.startsWith('test/tidy/'))
    expect(linesMatching(files, /\b(T[O]DO|FIX[M]E|X[X]X|H[A]CK)\b|not implemented/)).toEqual([])
    expect(linesMatching(files, /\b(it|test|describe)\.(only|todo)\b|\bx(it|describe)\(/)).toEqual([])
  })

  it('a check that is switched off has its reason beside it', () => {
    const pattern = /@ts-(ignore|nocheck|expect-error)|oxlint-disable|eslint-disable|: any\b(?! [a-z])|as any\b|<any>/
    const hasReason = (line: string, previous: string) =>
      / -- \S+|because|reason:/i.test(line) || /^\s*(\/\/|\*|\/\*)/.test(previous)
    const files = sourceFiles(everything).filter(file => !file.path.startsWith('test/tidy/'))
    const isProse = (line: string) => /^\s*(\*|\/\/|\/\*\*)/.test(line) && !/ts-|-disable/.test(line)
    expect(linesMatching(files, pattern, (line, previous) => isProse(line) || hasReason(line, previous))).toEqual([])
  })

  it('names no folder of a machine and no registry host', () => {
    const pattern = /(^|[^A-Za-z0-9_.])\/(work|farm|root|home\/[a-z]+)\/|registry[.]npmjs[.]org/
    expect(
      linesMatching(sourceFiles(everything, /\.(ts|tsx|mjs|css|html|md|json)$/), pattern, line => line.includes('new RegExp')),
    ).toEqual([])
  })
})
