/**
 * Where passwords and keys of connections are kept. `keychain`: sealed by the system; `session`: in memory only, and the screens say
 * so. Never plain text on disk.
 */
export interface SecretStore {
  readonly kind: 'keychain' | 'session'
  read(connection: string): string | undefined
  /** Undefined forgets it. */
  write(connection: string, secret: string | undefined): void
}

/** For the browser door, and where the system has no keychain. */
export function sessionSecrets(): SecretStore {
  const kept = new Map<string, string>()
  return {
    kind: 'session',
    read: connection => kept.get(connection),
    write(connection, secret) {
      if (secret === undefined) kept.delete(connection)
      else kept.set(connection, secret)
    },
  }
}
