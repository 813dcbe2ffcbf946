import { bootstrapOf } from './draft.ts'
import type { Draft, Mechanism, Protocol } from './draft.ts'
import { parseJavaProperties } from '../../../src-main/contract/java-properties.ts'
import { parseJaas } from './jaas.ts'

/** What a pasted file says about reaching a cluster. */
export interface Pasted {
  readonly fields: Partial<Draft>
  /** Names of the properties that were taken. */
  readonly taken: readonly string[]
  /** What concerns the connection and could not be taken, with what to do instead: one sentence each. */
  readonly problems: readonly string[]
  /** Names that have nothing to do with reaching a cluster. */
  readonly ignored: readonly string[]
}

type Fields = { -readonly [Field in keyof Draft]?: Draft[Field] }

interface Gathered {
  readonly fields: Fields
  readonly problems: string[]
}

/** Takes one value; false: it could not be taken, and a problem says why. */
type Take = (value: string, gathered: Gathered, name: string) => boolean

/** A client properties file of Java, Spring or librdkafka, as fields of the dialog. Pure: nothing is read from disk. */
export function pasteProperties(text: string): Pasted {
  const gathered: Gathered = { fields: {}, problems: [] }
  const taken: string[] = []
  const ignored: string[] = []
  for (const [name, value] of parseJavaProperties(text)) {
    const take = takers[withoutPrefix(name)]
    if (take !== undefined) {
      if (take(value.trim(), gathered, name)) taken.push(name)
    } else if (/(^|\.)(ssl|sasl|security)\./.test(name)) gathered.problems.push(`${name} is not understood here.`)
    else ignored.push(name)
  }
  const { fields, problems } = gathered
  if (fields.protocol === undefined && (fields.username !== undefined || fields.password !== undefined))
    problems.push('There is a user or a password, and no security.protocol says to use it.')
  return { fields, taken, problems, ignored }
}

const prefixes = ['spring.kafka.properties.', 'spring.kafka.', 'kafka.', 'consumer.', 'producer.', 'admin.']

/** As Kafka's own clients name it; Spring writes hyphens for the one dot of its own names. */
function withoutPrefix(name: string): string {
  const prefix = prefixes.find(candidate => name.startsWith(candidate))
  const bare = prefix === undefined ? name : name.slice(prefix.length)
  return bare === 'bootstrap-servers' ? 'bootstrap.servers' : bare
}

const protocols: Readonly<Record<string, Protocol>> = {
  PLAINTEXT: 'plaintext',
  SSL: 'tls',
  SASL_PLAINTEXT: 'sasl-plaintext',
  SASL_SSL: 'sasl-tls',
}
const mechanisms: readonly Mechanism[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']

const takeBootstrap: Take = (value, { fields }) => {
  fields.bootstrap = bootstrapOf(value).join(', ')
  return true
}

const takeProtocol: Take = (value, { fields, problems }) => {
  const protocol = protocols[value.toUpperCase()]
  if (protocol === undefined)
    return refuse(problems, `security.protocol ${value} is none of ${Object.keys(protocols).join(', ')}.`)
  fields.protocol = protocol
  return true
}

const takeMechanism: Take = (value, { fields, problems }) => {
  const mechanism = mechanisms.find(known => known === value.toUpperCase())
  if (mechanism === undefined)
    return refuse(problems, `sasl.mechanism ${value} is not supported here: ${mechanisms.join(', ')} are.`)
  fields.mechanism = mechanism
  return true
}

const takeJaas: Take = (value, { fields, problems }) => {
  const jaas = parseJaas(value)
  if (jaas === undefined) return refuse(problems, 'sasl.jaas.config is not one login module with its options.')
  if (!/\.(Plain|Scram)LoginModule$/.test(jaas.module))
    return refuse(problems, `sasl.jaas.config names ${jaas.module}; only the modules for PLAIN and SCRAM can be used here.`)
  const { username, password } = jaas.options
  if (username === undefined) return refuse(problems, 'sasl.jaas.config has no username.')
  fields.username = username
  if (password !== undefined) fields.password = { text: password, isForgotten: false }
  return true
}

const asText =
  (field: 'username' | 'caPem' | 'certificatePem' | 'registryUrl'): Take =>
  (value, { fields }) => {
    if (value !== '') fields[field] = value
    return value !== ''
  }
const asSecret =
  (field: 'password' | 'keyPem' | 'registryPassword'): Take =>
  (value, { fields }) => {
    fields[field] = { text: value, isForgotten: false }
    return true
  }

const takeBasicAuth: Take = (value, { fields, problems }) => {
  const at = value.indexOf(':')
  if (at < 1) return refuse(problems, 'basic.auth.user.info is not user:password.')
  fields.registryUsername = value.slice(0, at)
  fields.registryPassword = { text: value.slice(at + 1), isForgotten: false }
  return true
}

const takeHostnameCheck: Take = (value, { problems }) =>
  value !== '' ||
  refuse(
    problems,
    'ssl.endpoint.identification.algorithm is empty, which leaves out the check of the host name alone: give the name in the certificate as server name instead.',
  )

const takeVerification: Take = (value, { fields }) => {
  fields.verify = value.toLowerCase() !== 'false'
  return true
}

const fileOf =
  (what: string): Take =>
  (value, { problems }, name) =>
    refuse(
      problems,
      `${name} names a file (${value}): paste its ${what} as PEM below. A Java keystore gives it with keytool -exportcert -rfc.`,
    )

const storeType: Take = (value, { problems }, name) =>
  value.toUpperCase() === 'PEM' || refuse(problems, `${name} ${value} cannot be used here: PEM text can.`)

const keyPassword: Take = (_value, { problems }, name) =>
  refuse(problems, `${name} is not used: a private key must be given without a password.`)
const storePassword: Take = (_value, { problems }, name) =>
  refuse(problems, `${name} is not used: certificates are given as PEM text.`)

const takers: Readonly<Record<string, Take>> = {
  'bootstrap.servers': takeBootstrap,
  'metadata.broker.list': takeBootstrap,
  'security.protocol': takeProtocol,
  'sasl.mechanism': takeMechanism,
  'sasl.mechanisms': takeMechanism,
  'sasl.jaas.config': takeJaas,
  'sasl.username': asText('username'),
  'sasl.password': asSecret('password'),
  'ssl.truststore.type': storeType,
  'ssl.keystore.type': storeType,
  'ssl.truststore.certificates': asText('caPem'),
  'ssl.ca.pem': asText('caPem'),
  'ssl.keystore.certificate.chain': asText('certificatePem'),
  'ssl.certificate.pem': asText('certificatePem'),
  'ssl.keystore.key': asSecret('keyPem'),
  'ssl.key.pem': asSecret('keyPem'),
  'ssl.truststore.location': fileOf('certificates'),
  'ssl.ca.location': fileOf('certificates'),
  'ssl.keystore.location': fileOf('certificate and key'),
  'ssl.certificate.location': fileOf('certificate'),
  'ssl.key.location': fileOf('key'),
  'ssl.truststore.password': storePassword,
  'ssl.keystore.password': storePassword,
  'ssl.key.password': keyPassword,
  'ssl.endpoint.identification.algorithm': takeHostnameCheck,
  'enable.ssl.certificate.verification': takeVerification,
  'schema.registry.url': asText('registryUrl'),
  'basic.auth.user.info': takeBasicAuth,
  'schema.registry.basic.auth.user.info': takeBasicAuth,
}

function refuse(problems: string[], sentence: string): false {
  problems.push(sentence)
  return false
}
