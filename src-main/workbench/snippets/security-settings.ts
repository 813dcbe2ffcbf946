import type { ConnectionSecurity } from '../../contract/views/app.ts'

/** What stands in snippets for a secret: it is never shown, and a person puts it in. */
export const passwordPlaceholder = 'YOUR_PASSWORD'
/** Files a person makes of what the connection holds. */
export const securityFiles = { ca: 'ca.pem', certificate: 'client.crt', key: 'client.key', both: 'client.pem' } as const

export type Setting = readonly [name: string, value: string]

export const usesTls = (security: ConnectionSecurity | null): security is ConnectionSecurity =>
  security !== null && (security.protocol === 'tls' || security.protocol === 'sasl-tls')
export const usesSasl = (security: ConnectionSecurity | null): security is ConnectionSecurity =>
  security !== null && (security.protocol === 'sasl-plaintext' || security.protocol === 'sasl-tls')

const protocolNames = { plaintext: 'PLAINTEXT', tls: 'SSL', 'sasl-plaintext': 'SASL_PLAINTEXT', 'sasl-tls': 'SASL_SSL' } as const

/** Of Java clients; none where nothing is secured. */
export function javaSettings(security: ConnectionSecurity | null): Setting[] {
  if (security === null || security.protocol === 'plaintext') return []
  const settings: Setting[] = [['security.protocol', protocolNames[security.protocol]]]
  if (usesSasl(security)) {
    const { mechanism, username } = security
    const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
    const user = (username ?? '').replace(/["\\]/g, '\\$&')
    settings.push(
      ['sasl.mechanism', mechanism ?? 'PLAIN'],
      [
        'sasl.jaas.config',
        `org.apache.kafka.common.security.${module} required username="${user}" password="${passwordPlaceholder}";`,
      ],
    )
  }
  if (!usesTls(security)) return settings
  if (security.caPem !== null) settings.push(['ssl.truststore.type', 'PEM'], ['ssl.truststore.location', securityFiles.ca])
  if (security.certificatePem !== null) settings.push(['ssl.keystore.type', 'PEM'], ['ssl.keystore.location', securityFiles.both])
  if (!security.verify) settings.push(['ssl.endpoint.identification.algorithm', ''])
  return settings
}

/** Of librdkafka and what stands on it: kcat, Python, .NET. */
export function librdkafkaSettings(security: ConnectionSecurity | null): Setting[] {
  if (security === null || security.protocol === 'plaintext') return []
  const settings: Setting[] = [['security.protocol', protocolNames[security.protocol]]]
  if (usesSasl(security))
    settings.push(
      ['sasl.mechanisms', security.mechanism ?? 'PLAIN'],
      ['sasl.username', security.username ?? ''],
      ['sasl.password', passwordPlaceholder],
    )
  if (!usesTls(security)) return settings
  if (security.caPem !== null) settings.push(['ssl.ca.location', securityFiles.ca])
  if (security.certificatePem !== null)
    settings.push(['ssl.certificate.location', securityFiles.certificate], ['ssl.key.location', securityFiles.key])
  if (!security.verify) settings.push(['enable.ssl.certificate.verification', 'false'])
  return settings
}

/** What a person has to put in before the snippet runs; null: nothing. */
export function securityNote(security: ConnectionSecurity | null): string | null {
  const needs = [
    ...(usesSasl(security) ? [`${passwordPlaceholder} is the password of ${security.username ?? 'the user'}`] : []),
    ...(usesTls(security) && security.caPem !== null ? [`${securityFiles.ca} holds the certificate authorities`] : []),
    ...(usesTls(security) && security.certificatePem !== null
      ? [`${securityFiles.certificate} and ${securityFiles.key} the client’s certificate and key (${securityFiles.both} both)`]
      : []),
  ]
  return needs.length === 0 ? null : `${needs.join('; ')}.`
}
