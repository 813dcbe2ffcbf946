import { safeStorage } from 'electron'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../settings/json-file.ts'
import { sessionSecrets } from '../settings/secret-store.ts'
import type { SecretStore } from '../settings/secret-store.ts'

const file = z.object({ version: z.literal(1), sealed: z.record(z.string().max(64), z.string().max(1_000_000)) })

/**
 * Secrets sealed by the system's keychain in a file of their own; in memory only where the system has none (Chromium's `basic_text`
 * seals with a key that everybody knows, so it counts as none). To be called when Electron is ready.
 */
export function keychainSecrets(path: string, told: (problem: string) => void): SecretStore {
  if (!isRealKeychain()) return sessionSecrets()
  let { sealed } = readJsonFile(path, file, { version: 1, sealed: {} }, told)
  return {
    kind: 'keychain',
    read(connection) {
      const text = sealed[connection]
      if (text === undefined) return undefined
      try {
        return safeStorage.decryptString(Buffer.from(text, 'base64'))
      } catch {
        told('a password could not be opened with the keychain of this system: enter it again')
        return undefined
      }
    },
    write(connection, secret) {
      const { [connection]: _old, ...others } = sealed
      sealed = secret === undefined ? others : { ...others, [connection]: safeStorage.encryptString(secret).toString('base64') }
      try {
        writeJsonFile(path, { version: 1, sealed })
      } catch (error) {
        told(`the password could not be saved: ${(error as Error).message}`)
      }
    },
  }
}

function isRealKeychain(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'
}
