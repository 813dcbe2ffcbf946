import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../../tidy/source-files.ts'

const css = readFileSync(join(projectFolder, 'src-renderer', 'styles', 'tokens.css'), 'utf8')
const blockOf = (selector: string) => css.slice(css.indexOf(`${selector} {`)).split('}')[0] ?? ''
const colours = (block: string) =>
  new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(found => [found[1] ?? '', found[2] ?? '']))

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.039_28 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** As WCAG 2.1 reckons it. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

describe('colours of the window', () => {
  const texts = ['text', 'muted', 'faint', 'accent', 'good', 'warn', 'bad', 'info', 'string', 'number', 'key']
  const grounds = ['frame', 'panel', 'raised', 'hover', 'selected']
  it.each([
    ['dark', ':root'],
    ['light', '.light'],
  ])('%s: every text can be read on every ground (AA), also on a chosen row', (_theme, selector) => {
    const tokens = colours(blockOf(selector))
    const weak = texts.flatMap(text =>
      grounds
        .map(ground => ({ text, ground, ratio: contrast(tokens.get(text) ?? '', tokens.get(ground) ?? '') }))
        .filter(({ ratio }) => !(ratio >= 4.5)),
    )
    expect(weak).toEqual([])
  })
})
