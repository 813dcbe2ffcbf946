import type { InputOf } from '../../../src-main/contract/contract.ts'
import type { ConnectionSecurity, ConnectionView } from '../../../src-main/contract/views/app.ts'

export type Protocol = ConnectionSecurity['protocol']
export type Mechanism = NonNullable<ConnectionSecurity['mechanism']>

/** What stands in the fields of the dialog, as it was typed. */
export interface Draft {
  readonly name: string
  readonly bootstrap: string
  readonly protocol: Protocol
  readonly mechanism: Mechanism
  readonly username: string
  readonly caPem: string
  readonly certificatePem: string
  readonly serverName: string
  readonly verify: boolean
  readonly registryUrl: string
  readonly registryUsername: string
  readonly colour: string | null
  readonly readOnly: boolean
  readonly password: SecretDraft
  readonly keyPem: SecretDraft
  readonly registryPassword: SecretDraft
}

/** A secret is never read back: an empty text leaves what is kept, `isForgotten` drops it. */
export interface SecretDraft {
  readonly text: string
  readonly isForgotten: boolean
}

export type DraftField = keyof Draft
export type DraftProblems = Partial<Record<DraftField, string>>

const noSecret: SecretDraft = { text: '', isForgotten: false }

export const blankDraft: Draft = {
  name: '',
  bootstrap: '',
  protocol: 'plaintext',
  mechanism: 'PLAIN',
  username: '',
  caPem: '',
  certificatePem: '',
  serverName: '',
  verify: true,
  registryUrl: '',
  registryUsername: '',
  colour: null,
  readOnly: true,
  password: noSecret,
  keyPem: noSecret,
  registryPassword: noSecret,
}

export function draftOf(view: ConnectionView): Draft {
  const { security, registry } = view
  return {
    ...blankDraft,
    name: view.name,
    bootstrap: view.bootstrap.join(', '),
    colour: view.colour,
    readOnly: view.readOnly,
    protocol: security?.protocol ?? 'plaintext',
    mechanism: security?.mechanism ?? 'PLAIN',
    username: security?.username ?? '',
    caPem: security?.caPem ?? '',
    certificatePem: security?.certificatePem ?? '',
    serverName: security?.serverName ?? '',
    verify: security?.verify ?? true,
    registryUrl: registry?.url ?? '',
    registryUsername: registry?.username ?? '',
  }
}

export const usesTls = (draft: Pick<Draft, 'protocol'>): boolean => draft.protocol === 'tls' || draft.protocol === 'sasl-tls'
export const usesSasl = (draft: Pick<Draft, 'protocol'>): boolean =>
  draft.protocol === 'sasl-plaintext' || draft.protocol === 'sasl-tls'

/** Addresses stand one a line, or between commas or blanks; a listener name before `://` is left out, as Kafka's tools print it. */
export const bootstrapOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .filter(part => part !== '')
    .map(part => part.replace(/^[A-Za-z][A-Za-z0-9_]*:\/\//, ''))

const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[^\s:,/]+):(\d{1,5})$/
const pemStart = /-----BEGIN [A-Z0-9 ]+-----/

/** What keeps it from being saved, by field. The names of what is kept already are those that need not be given again. */
export function problemsOf(draft: Draft, kept: ConnectionView['secretsKept'] | undefined): DraftProblems {
  const problems: { [Field in DraftField]?: string } = {}
  const bootstrap = bootstrapProblem(draft.bootstrap)
  if (bootstrap !== undefined) problems.bootstrap = bootstrap
  if (usesSasl(draft)) {
    if (draft.username === '') problems.username = 'SASL needs a user.'
    const isKept = kept?.password === true && !draft.password.isForgotten
    if (draft.password.text === '' && !isKept) problems.password = 'SASL needs a password.'
  }
  if (usesTls(draft)) Object.assign(problems, pemProblems(draft, kept?.key === true && !draft.keyPem.isForgotten))
  if (draft.registryUrl !== '' && !/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(draft.registryUrl))
    problems.registryUrl = 'Must look like http://host:port, without user or query.'
  return problems
}

function bootstrapProblem(text: string): string | undefined {
  const addresses = bootstrapOf(text)
  if (addresses.length === 0) return 'At least one host:port is needed.'
  const bad = addresses.find(address => {
    const port = Number(hostAndPort.exec(address)?.[2] ?? 0)
    return port < 1 || port > 65_535
  })
  return bad === undefined ? undefined : `“${bad}” does not look like host:port.`
}

function pemProblems(draft: Draft, isKeyKept: boolean): DraftProblems {
  const problems: { [Field in DraftField]?: string } = {}
  const text = 'Must be PEM text: it begins with -----BEGIN …-----.'
  if (draft.caPem !== '' && !pemStart.test(draft.caPem)) problems.caPem = text
  if (draft.certificatePem !== '' && !pemStart.test(draft.certificatePem)) problems.certificatePem = text
  if (draft.keyPem.text !== '' && !pemStart.test(draft.keyPem.text)) problems.keyPem = text
  else if (draft.certificatePem !== '' && draft.keyPem.text === '' && !isKeyKept)
    problems.keyPem = 'A client certificate needs its private key.'
  return problems
}

type SecurityInput = NonNullable<InputOf<'connections.add'>['security']>
type SecretsInput = NonNullable<InputOf<'connections.add'>['secrets']>

export function securityOf(draft: Draft): SecurityInput | null {
  if (draft.protocol === 'plaintext') return null
  const isTls = usesTls(draft)
  const isSasl = usesSasl(draft)
  return {
    protocol: draft.protocol,
    mechanism: isSasl ? draft.mechanism : null,
    username: isSasl ? draft.username : null,
    caPem: isTls ? orNull(draft.caPem) : null,
    certificatePem: isTls ? orNull(draft.certificatePem) : null,
    serverName: isTls ? orNull(draft.serverName.trim()) : null,
    verify: isTls ? draft.verify : true,
  }
}

/** Names only what changes; null forgets. A secret that the chosen protocol does not use is not taken. */
export function secretsOf(draft: Draft): SecretsInput | null {
  const secrets: { [Name in keyof SecretsInput]: SecretsInput[Name] } = {}
  const isUsed = { password: usesSasl(draft), keyPem: usesTls(draft), registryPassword: draft.registryUrl !== '' }
  for (const name of ['password', 'keyPem', 'registryPassword'] as const) {
    const { text, isForgotten } = draft[name]
    if (text !== '' && isUsed[name]) secrets[name] = text
    else if (isForgotten) secrets[name] = null
  }
  return Object.keys(secrets).length === 0 ? null : secrets
}

const registryOf = ({ registryUrl, registryUsername }: Draft): InputOf<'connections.add'>['registry'] =>
  registryUrl === '' ? null : { url: registryUrl, username: orNull(registryUsername) }

/** A connection without a name is called as its first address. */
const nameOf = (draft: Draft): string => (draft.name.trim() || (bootstrapOf(draft.bootstrap)[0] ?? '')).slice(0, 100)

export const additionOf = (draft: Draft): InputOf<'connections.add'> => ({
  name: nameOf(draft),
  bootstrap: bootstrapOf(draft.bootstrap),
  colour: draft.colour,
  readOnly: draft.readOnly,
  security: securityOf(draft),
  secrets: secretsOf(draft),
  registry: registryOf(draft),
})

/** How the embedded cluster is reached is its own; of a directory only the looks can change. */
export function changeOf(draft: Draft, view: ConnectionView): InputOf<'connections.update'> {
  const secrets = secretsOf(draft)
  const looks = { connection: view.id, name: nameOf(draft), colour: draft.colour }
  if (view.kind === 'directory') return looks
  const registry = { ...looks, registry: registryOf(draft), ...(secrets === null ? {} : { secrets }) }
  if (view.kind === 'local') return registry
  return { ...registry, bootstrap: bootstrapOf(draft.bootstrap), security: securityOf(draft), readOnly: draft.readOnly }
}

export const testOf = (draft: Draft, connection: string | null): InputOf<'connections.test'> => ({
  bootstrap: bootstrapOf(draft.bootstrap),
  security: securityOf(draft),
  secrets: secretsOf(draft),
  connection,
})

const orNull = (text: string): string | null => (text.trim() === '' ? null : text)
