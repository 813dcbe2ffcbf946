import { describe, expect, it } from 'vitest'
import type { ConnectionSecurity } from '../../../src-main/contract/views/app.ts'
import { clientSnippets } from '../../../src-main/workbench/snippets/client-snippets.ts'

const bootstrap = 'one:9092,two:9092'
const pem = '-----BEGIN CERTIFICATE-----'
const secured: ConnectionSecurity = {
  protocol: 'sasl-tls',
  mechanism: 'SCRAM-SHA-512',
  username: 'it\'s "me"',
  caPem: pem,
  certificatePem: pem,
  serverName: null,
  verify: false,
}
const codeOf = (security: ConnectionSecurity | null) =>
  Object.fromEntries(clientSnippets({ bootstrap, security }).map(({ id, code }) => [id, code]))

describe('client snippets', () => {
  it('are there for every language, with the address, to produce and to consume', () => {
    const codes = codeOf(null)
    expect(Object.keys(codes)).toEqual(['kcat', 'java', 'spring', 'kafkajs', 'python', 'go', 'dotnet'])
    for (const code of Object.values(codes)) expect(code).toMatch(/one:9092.*two:9092/)
    for (const code of Object.values(codes)) expect(code).not.toMatch(/security|sasl|ssl|tls|PASSWORD/i)
    expect(clientSnippets({ bootstrap, security: null })[0]?.note).toBeNull()
  })

  it('hold what the connection is secured with, and a placeholder for the secret', () => {
    const codes = codeOf(secured)
    for (const [id, code] of Object.entries(codes)) {
      expect(code.includes('YOUR_PASSWORD'), id).toBe(true)
      expect(code.includes('ca.pem'), id).toBe(true)
      expect(code.includes(pem), id).toBe(false)
    }
    expect(codes['kcat']).toContain("-X 'sasl.username=it'\\''s \"me\"'")
    expect(codes['java']).toContain('"security.protocol", "SASL_SSL"')
    expect(codes['java']).toContain('scram.ScramLoginModule')
    expect(codes['spring']).toContain('      sasl.mechanism: SCRAM-SHA-512')
    expect(codes['kafkajs']).toContain('mechanism: \'scram-sha-512\', username: "it\'s \\"me\\""')
    expect(codes['python']).toContain('"sasl.mechanisms": "SCRAM-SHA-512"')
    expect(codes['go']).toContain('AsSha512Mechanism()')
    expect(codes['dotnet']).toContain('SaslMechanism.ScramSha512')
    expect(clientSnippets({ bootstrap, security: secured })[0]?.note).toMatch(/YOUR_PASSWORD.*ca\.pem.*client\.crt/)
  })

  it('ask for no password where TLS alone secures it, and for no files where there are none', () => {
    const codes = codeOf({ ...secured, protocol: 'tls', caPem: null, certificatePem: null, verify: true })
    for (const [id, code] of Object.entries(codes)) {
      expect(code.includes('PASSWORD'), id).toBe(false)
      expect(/ca\.pem|client\./.test(code.replace('client.PollFetches', '').replace('client.ProduceSync', '')), id).toBe(false)
      expect(/ssl|tls/i.test(code), id).toBe(true)
    }
  })
})
