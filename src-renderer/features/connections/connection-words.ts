import type { ConnectionView } from '../../../src-main/contract/views/app.ts'

const kinds = { local: 'embedded', foreign: 'cluster', directory: 'directory' } as const
export const kindWords = (view: ConnectionView): string => kinds[view.kind]

export const protocolWords = {
  plaintext: 'PLAINTEXT',
  tls: 'TLS',
  'sasl-plaintext': 'SASL',
  'sasl-tls': 'SASL over TLS',
} as const

/** `SASL over TLS · SCRAM-SHA-512 as anna`. */
export function securityWords(security: ConnectionView['security']): string {
  if (security === null) return protocolWords.plaintext
  const isSasl = security.protocol === 'sasl-plaintext' || security.protocol === 'sasl-tls'
  const isUnverified = !security.verify && (security.protocol === 'tls' || security.protocol === 'sasl-tls')
  return [
    protocolWords[security.protocol],
    ...(isSasl ? [`${security.mechanism ?? 'PLAIN'} as ${security.username ?? '?'}`] : []),
    ...(isUnverified ? ['any certificate'] : []),
  ].join(' · ')
}

/** Which secrets are kept, and where: never what they are. */
export function secretWords(kept: ConnectionView['secretsKept']): string | null {
  const names = [
    ...(kept.password ? ['password'] : []),
    ...(kept.key ? ['key'] : []),
    ...(kept.registryPassword ? ['registry password'] : []),
  ]
  if (names.length === 0) return null
  return `${names.join(', ')} · ${kept.where === 'keychain' ? 'in the keychain' : 'this session only'}`
}

export const keptWhereSentence = (where: ConnectionView['secretsKept']['where']): string =>
  where === 'keychain'
    ? 'Secrets are kept in the keychain of this system and are never shown again.'
    : 'There is no keychain here: secrets are kept in memory until Brokerbench ends, and are never shown again.'
