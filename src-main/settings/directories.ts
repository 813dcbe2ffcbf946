import { posix, win32 } from 'node:path'

/** Where a program of this system keeps its data; nothing is created here. */
export function defaultDataDirectory(system: {
  readonly platform: string
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
}): string {
  const { platform, home, environment } = system
  if (platform === 'win32') return win32.join(environment['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'Brokerbench')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Brokerbench')
  const base = environment['XDG_DATA_HOME']
  // The XDG rules say that a relative path is to be ignored.
  return posix.join(base?.startsWith('/') ? base : posix.join(home, '.local', 'share'), 'brokerbench')
}
