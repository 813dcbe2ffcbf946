import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultDataDirectory } from '../../../src-main/settings/directories.ts'
import { openSettings } from '../../../src-main/settings/settings.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('settings', () => {
  it('are there again after a restart, readable by their owner only', () => {
    const path = join(folder, 'settings.json')
    openSettings(path, () => undefined).change({ theme: 'dark', timeZone: 'Europe/Berlin', window: { tabs: '[1]', gone: 'x' } })
    const again = openSettings(path, () => undefined)
    expect(again.preferences()).toEqual({
      theme: 'dark',
      density: 'compact',
      timeZone: 'Europe/Berlin',
      window: { tabs: '[1]', gone: 'x' },
      schemaFolder: null,
    })
    expect(again.change({ window: { gone: null } }).window).toEqual({ tabs: '[1]' })
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0)
  })

  it('refuse a zone that is none and more than 256 KiB of window state', () => {
    const settings = openSettings(join(folder, 'settings.json'), () => undefined)
    expect(() => settings.change({ timeZone: 'Mars/Base' })).toThrow(RangeError)
    const window = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`k${index}`, 'x'.repeat(65_000)]))
    expect(() => settings.change({ window })).toThrow(/256 KiB/)
    expect(settings.preferences().window).toEqual({})
  })

  it('go on without a file that cannot be written, and say so', () => {
    writeFileSync(join(folder, 'file'), '')
    const told: string[] = []
    const settings = openSettings(join(folder, 'file', 'settings.json'), problem => told.push(problem))
    expect(settings.change({ theme: 'light' }).theme).toBe('light')
    expect(told[0]).toMatch(/could not be saved/)
  })

  it('keep no secrets: what is written holds what was given and nothing else', () => {
    const path = join(folder, 'settings.json')
    const profile = { id: 'a', name: 'A', bootstrap: ['h:1'], readOnly: true, colour: null, security: null, registry: null }
    openSettings(path, () => undefined).replaceProfiles([profile])
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ profiles: [profile] })
  })
})

describe('where data goes', () => {
  const at = (platform: string, environment: Record<string, string>) =>
    defaultDataDirectory({ platform, home: '/u', environment })
  it('is as each system wants it', () => {
    expect(at('linux', {})).toBe('/u/.local/share/brokerbench')
    expect(at('linux', { XDG_DATA_HOME: '/x' })).toBe('/x/brokerbench')
    expect(at('linux', { XDG_DATA_HOME: 'relative' })).toBe('/u/.local/share/brokerbench')
    expect(at('darwin', {})).toBe('/u/Library/Application Support/Brokerbench')
    expect(at('win32', { LOCALAPPDATA: 'C:\\Users\\u\\AppData\\Local' })).toBe('C:\\Users\\u\\AppData\\Local\\Brokerbench')
  })
})
