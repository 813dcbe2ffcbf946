import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The package's own version; its file lies two folders above the built entries, in a checkout and in an installed app. */
export function versionOf(mainFolder: string): string {
  const { version } = JSON.parse(readFileSync(join(mainFolder, '..', '..', 'package.json'), 'utf8')) as { version: string }
  return version
}
