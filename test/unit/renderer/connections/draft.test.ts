import { describe, expect, it } from 'vitest'
import type { ConnectionTestStep, ConnectionView } from '../../../../src-main/contract/views/app.ts'
import { addConnection, testConnection, updateConnection } from '../../../../src-main/contract/inputs/app.ts'
import { secretWords, securityWords } from '../../../../src-renderer/features/connections/connection-words.ts'
import {
  additionOf,
  blankDraft,
  bootstrapOf,
  changeOf,
  draftOf,
  problemsOf,
  secretsOf,
  testOf,
} from '../../../../src-renderer/features/connections/draft.ts'
import type { Draft } from '../../../../src-renderer/features/connections/draft.ts'
import { walkOf, walkSentence } from '../../../../src-renderer/features/connections/test-walk.ts'

const secret = (text: string) => ({ text, isForgotten: false })
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
const secure: Draft = {
  ...blankDraft,
  name: ' staging ',
  bootstrap: 'b1:9093 b2:9093',
  protocol: 'sasl-tls',
  mechanism: 'SCRAM-SHA-256',
  username: 'anna',
  password: secret('p'),
  caPem: pem,
}
const kept = { password: true, key: false, registryPassword: false, where: 'session' } as const
const view: ConnectionView = {
  id: 'x',
  name: 'staging',
  kind: 'foreign',
  bootstrap: ['b1:9093', 'b2:9093'],
  readOnly: true,
  colour: 'info',
  security: {
    protocol: 'sasl-tls',
    mechanism: 'SCRAM-SHA-256',
    username: 'anna',
    caPem: pem,
    certificatePem: null,
    serverName: null,
    verify: false,
  },
  registry: null,
  secretsKept: kept,
}

describe('a connection as it is typed', () => {
  it.each([
    ['a:1,b:2', ['a:1', 'b:2']],
    [' a:1 \n b:2;', ['a:1', 'b:2']],
    ['PLAINTEXT://a:1,SASL_SSL://[::1]:2', ['a:1', '[::1]:2']],
    ['', []],
  ])('addresses of “%s”', (text, addresses) => {
    expect(bootstrapOf(text)).toEqual(addresses)
  })

  it.each<[string, Partial<Draft>, keyof Draft]>([
    ['no address', { bootstrap: '' }, 'bootstrap'],
    ['an address without a port', { bootstrap: 'b1' }, 'bootstrap'],
    ['a port that no machine has', { bootstrap: 'b1:70000' }, 'bootstrap'],
    ['SASL without a user', { username: '' }, 'username'],
    ['SASL without a password', { password: secret('') }, 'password'],
    ['a certificate that is no PEM', { caPem: 'MIIB' }, 'caPem'],
    ['a client certificate without its key', { certificatePem: pem }, 'keyPem'],
    ['a registry that is no address', { registryUrl: 'r:8081' }, 'registryUrl'],
  ])('%s is a problem of its field', (_case, patch, field) => {
    expect(Object.keys(problemsOf({ ...secure, ...patch }, undefined))).toEqual([field])
  })

  it('nothing is wrong with a whole one, nor with one whose password is kept', () => {
    expect(problemsOf(secure, undefined)).toEqual({})
    expect(problemsOf({ ...secure, password: secret('') }, kept)).toEqual({})
    expect(problemsOf({ ...secure, password: { text: '', isForgotten: true } }, kept)).toHaveProperty('password')
  })

  it('what is sent passes the parsers of the other side', () => {
    expect(addConnection.parse(additionOf(secure))).toMatchObject({
      name: 'staging',
      bootstrap: ['b1:9093', 'b2:9093'],
      readOnly: true,
      security: { protocol: 'sasl-tls', mechanism: 'SCRAM-SHA-256', username: 'anna', caPem: pem, verify: true },
      secrets: { password: 'p' },
      registry: null,
    })
    expect(testConnection.parse(testOf(secure, 'x'))).toMatchObject({ connection: 'x', secrets: { password: 'p' } })
    expect(updateConnection.parse(changeOf(draftOf(view), view))).toEqual({
      connection: 'x',
      name: 'staging',
      colour: 'info',
      readOnly: true,
      bootstrap: view.bootstrap,
      security: view.security,
      registry: null,
    })
  })

  it('one without a name is called as its first address', () => {
    expect(additionOf({ ...secure, name: '' }).name).toBe('b1:9093')
  })

  it('secrets that the protocol does not use stay here, and an empty field leaves what is kept', () => {
    expect(secretsOf({ ...secure, protocol: 'plaintext' })).toBeNull()
    expect(secretsOf({ ...secure, password: secret('') })).toBeNull()
    expect(secretsOf({ ...secure, password: { text: '', isForgotten: true } })).toEqual({ password: null })
  })

  it('of the embedded cluster and of a directory only what can change is sent', () => {
    expect(Object.keys(changeOf(draftOf(view), { ...view, kind: 'local' }))).toEqual(['connection', 'name', 'colour', 'registry'])
    expect(Object.keys(changeOf(draftOf(view), { ...view, kind: 'directory' }))).toEqual(['connection', 'name', 'colour'])
  })

  it('in words', () => {
    expect(securityWords(view.security)).toBe('SASL over TLS · SCRAM-SHA-256 as anna · any certificate')
    expect(securityWords(null)).toBe('PLAINTEXT')
    expect(secretWords(kept)).toBe('password · this session only')
    expect(secretWords({ ...kept, password: false })).toBeNull()
  })
})

describe('the walk of a test', () => {
  const step = (name: ConnectionTestStep['step'], state: ConnectionTestStep['state'], detail = ''): ConnectionTestStep => ({
    step: name,
    state,
    detail,
    durationMs: 1,
  })

  it('all well', () => {
    const names = ['dns', 'tcp', 'tls', 'sasl', 'api-versions', 'metadata', 'advertised'] as const
    const walk = walkOf(names.map(name => step(name, 'ok')))
    expect(walk.map(one => one.title)).toEqual([
      ...['DNS', 'TCP', 'TLS', 'SASL', 'ApiVersions', 'Metadata', 'Advertised listeners'],
    ])
    expect(walkSentence(walk)).toBe('The cluster can be reached and used.')
  })

  it('TLS that breaks inside of the first question is where it breaks, and nothing after it was reached', () => {
    const walk = walkOf([
      step('dns', 'ok'),
      step('tcp', 'ok'),
      step('tls', 'ok', 'asked for with the next step'),
      step('sasl', 'ok', 'asked for with the next step'),
      step('tls', 'failed', 'self-signed certificate'),
      step('metadata', 'skipped'),
      step('advertised', 'skipped'),
    ])
    expect(walk.map(one => one.state)).toEqual(['ok', 'ok', 'failed', ...Array.from({ length: 4 }, () => 'not-reached')])
    expect(walk[2]?.detail).toBe('self-signed certificate')
    expect(walkSentence(walk)).toBe('It breaks at TLS.')
  })

  it('addresses that cannot be reached are told apart from a cluster that does not answer', () => {
    const walk = walkOf([step('dns', 'ok'), step('tcp', 'ok'), step('tls', 'skipped'), step('advertised', 'failed')])
    expect(walkSentence(walk)).toMatch(/addresses it tells clients/)
    expect(walk.find(one => one.step === 'tls')?.state).toBe('skipped')
  })
})
