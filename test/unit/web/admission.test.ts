import { describe, expect, it } from 'vitest'
import { admit, isOwnHost } from '../../../src-main/web/admission.ts'
import { pageHeaders } from '../../../src-main/web/page-policy.ts'
import { safeRelativePath } from '../../../src-main/web/static-files.ts'

const door = { host: '127.0.0.1:18080', token: 'secret-token' }
const visitor = {
  host: '127.0.0.1:18080',
  origin: 'http://127.0.0.1:18080',
  protocols: 'brokerbench.v1, token.secret-token',
  path: '/bridge',
}

describe('the browser door', () => {
  it('lets its own page in, by either name of this machine', () => {
    expect(admit(visitor, door)).toBe('admitted')
    expect(admit({ ...visitor, host: 'localhost:18080', origin: 'http://localhost:18080' }, door)).toBe('admitted')
  })

  it.each([
    ['a name that was bent to point here', { host: 'evil.example:18080' }, 'wrong-host'],
    ['no host', { host: undefined }, 'wrong-host'],
    ['another port of this machine', { host: '127.0.0.1:18081' }, 'wrong-host'],
    ['a page of another site', { origin: 'https://evil.example' }, 'wrong-origin'],
    ['no origin (a program, not a page)', { origin: undefined }, 'wrong-origin'],
    ['a file', { origin: 'null' }, 'wrong-origin'],
    ['another path', { path: '/bridge?x' }, 'wrong-path'],
    ['another version', { protocols: 'token.secret-token' }, 'wrong-protocol'],
    ['no token', { protocols: 'brokerbench.v1' }, 'wrong-token'],
    ['a token that is a beginning of the right one', { protocols: 'brokerbench.v1, token.secret' }, 'wrong-token'],
    ['an empty token', { protocols: 'brokerbench.v1, token.' }, 'wrong-token'],
  ])('refuses %s', (_who, difference, refusal) => {
    expect(admit({ ...visitor, ...difference }, door)).toBe(refusal)
  })

  it('does not take a host for its own because it ends alike', () => {
    expect(isOwnHost('xlocalhost:18080', door.host)).toBe(false)
    expect(isOwnHost('localhost', door.host)).toBe(false)
  })
})

describe('static files', () => {
  it.each([
    '/../package.json',
    '/assets/../../x.js',
    '/.env',
    '/a//b.js',
    '/a\\b.js',
    '/%2e%2e/x.js',
    '/a/./b.js',
    'a.js',
    '/a b.js',
  ])('refuses the path %s', path => expect(safeRelativePath(path)).toBeUndefined())
  it('takes names that a build makes', () => {
    expect(safeRelativePath('/assets/index-B1_x~2.js')).toBe('assets/index-B1_x~2.js')
  })
})

it('the page may run its own scripts only, and talk to its own door only', () => {
  const policy = pageHeaders('ws://127.0.0.1:1')['Content-Security-Policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toMatch(/script-src 'self'(;|$)/)
  expect(policy).toContain("connect-src 'self' ws://127.0.0.1:1")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe-eval|https?:/)
})
