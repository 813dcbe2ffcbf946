import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { registry, security } from '../contract/inputs/app.ts'
import type { Preferences } from '../contract/views/app.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const windowBytesMax = 262_144

const profile = z.object({
  id: z.string().min(1).max(64),
  name: z.string().min(1).max(100),
  bootstrap: z.array(z.string().max(300)).min(1).max(100),
  readOnly: z.boolean(),
  colour: z.string().max(32).nullable(),
  security: security.nullable().default(null),
  registry: registry.nullable().default(null),
})
/** A foreign cluster as remembered. No secrets in it. */
export type ConnectionProfile = z.output<typeof profile>

const file = z.object({
  version: z.literal(1),
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['compact', 'comfortable']),
  timeZone: z.string().min(1).max(64),
  schemaFolder: z.string().max(4_096).nullable().default(null),
  window: z.record(z.string(), z.string()),
  profiles: z.array(profile).max(1_000),
})
type SettingsFile = z.output<typeof file>

const initial: SettingsFile = {
  version: 1,
  theme: 'system',
  density: 'compact',
  timeZone: 'system',
  schemaFolder: null,
  window: {},
  profiles: [],
}

export interface PreferencesPatch {
  readonly theme?: Preferences['theme'] | undefined
  readonly density?: Preferences['density'] | undefined
  readonly timeZone?: string | undefined
  readonly schemaFolder?: string | null | undefined
  readonly window?: Readonly<Record<string, string | null>> | undefined
}

export interface Settings {
  preferences(): Preferences
  /** Throws RangeError when `window` would grow beyond its bound, or when the zone is none. */
  change(patch: PreferencesPatch): Preferences
  profiles(): readonly ConnectionProfile[]
  replaceProfiles(profiles: readonly ConnectionProfile[]): void
}

/** `told` hears of a settings file that could not be understood, or could not be written: the app goes on without. */
export function openSettings(path: string, told: (problem: string) => void): Settings {
  let current = readJsonFile(path, file, initial, told)
  const save = (next: SettingsFile) => {
    current = next
    try {
      writeJsonFile(path, next)
    } catch (error) {
      told(`settings could not be saved: ${(error as Error).message}`)
    }
  }
  const preferences = (): Preferences => {
    const { theme, density, timeZone, window, schemaFolder } = current
    return { theme, density, timeZone, window, schemaFolder }
  }
  return {
    preferences,
    change(patch) {
      save(applyPatch(current, patch))
      return preferences()
    },
    profiles: () => current.profiles,
    replaceProfiles: profiles => save({ ...current, profiles: [...profiles] }),
  }
}

function applyPatch(current: SettingsFile, patch: PreferencesPatch): SettingsFile {
  const window = { ...current.window }
  for (const [key, value] of Object.entries(patch.window ?? {})) {
    if (value === null) delete window[key]
    else window[key] = value
  }
  if (JSON.stringify(window).length > windowBytesMax) throw new RangeError('the window keeps too much: 256 KiB is the bound')
  if (typeof patch.schemaFolder === 'string' && !isAbsolute(patch.schemaFolder))
    throw new RangeError('schemaFolder: give its whole path')
  const timeZone = patch.timeZone ?? current.timeZone
  if (timeZone !== 'system') new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions()
  return {
    ...current,
    theme: patch.theme ?? current.theme,
    density: patch.density ?? current.density,
    schemaFolder: patch.schemaFolder === undefined ? current.schemaFolder : patch.schemaFolder,
    timeZone,
    window,
  }
}
