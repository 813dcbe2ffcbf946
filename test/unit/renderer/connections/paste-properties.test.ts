import { describe, expect, it } from 'vitest'
import { parseJaas } from '../../../../src-renderer/features/connections/jaas.ts'
import { pasteProperties } from '../../../../src-renderer/features/connections/paste-properties.ts'

const secret = (text: string) => ({ text, isForgotten: false })

describe('a pasted client properties file', () => {
  it('of a Java client: SCRAM over TLS with PEM certificates', () => {
    const pasted = pasteProperties(`# staging
bootstrap.servers = SASL_SSL://b1.example.org:9093, b2.example.org:9093
security.protocol: SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
    username="anna" \\
    password="a\\\\"b;c";
ssl.truststore.type=PEM
ssl.truststore.certificates=-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----
group.id=billing`)
    expect(pasted.fields).toEqual({
      bootstrap: 'b1.example.org:9093, b2.example.org:9093',
      protocol: 'sasl-tls',
      mechanism: 'SCRAM-SHA-512',
      username: 'anna',
      password: secret('a"b;c'),
      caPem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    })
    expect(pasted.problems).toEqual([])
    expect(pasted.ignored).toEqual(['group.id'])
    expect(pasted.taken).toContain('sasl.jaas.config')
  })

  it('of librdkafka, and of Spring', () => {
    expect(
      pasteProperties(
        'metadata.broker.list=k:1\nsecurity.protocol=sasl_plaintext\nsasl.mechanisms=PLAIN\nsasl.username=u\nsasl.password=p',
      ).fields,
    ).toEqual({ bootstrap: 'k:1', protocol: 'sasl-plaintext', mechanism: 'PLAIN', username: 'u', password: secret('p') })
    expect(pasteProperties('spring.kafka.bootstrap-servers=k:1\nspring.kafka.properties.security.protocol=SSL').fields).toEqual({
      bootstrap: 'k:1',
      protocol: 'tls',
    })
  })

  it('with a registry', () => {
    const { fields } = pasteProperties('schema.registry.url=http://r:8081\nbasic.auth.user.info=me:se:cret')
    expect(fields).toEqual({ registryUrl: 'http://r:8081', registryUsername: 'me', registryPassword: secret('se:cret') })
  })

  it.each([
    ['security.protocol=SASL_TELEPATHY', /SASL_TELEPATHY is none of/],
    ['sasl.mechanism=GSSAPI', /GSSAPI is not supported/],
    ['ssl.truststore.location=/etc/trust.jks', /names a file \(\/etc\/trust\.jks\)/],
    ['ssl.keystore.type=JKS', /JKS cannot be used/],
    ['ssl.key.password=x', /without a password/],
    ['ssl.endpoint.identification.algorithm=', /server name instead/],
    ['sasl.login.callback.handler.class=x.Y', /sasl\.login\.callback\.handler\.class is not understood/],
    ['sasl.jaas.config=com.example.Login required user="x";', /com\.example\.Login/],
    ['sasl.jaas.config=nonsense', /not one login module/],
    ['sasl.username=u', /no security\.protocol says to use it/],
  ])('%s: says what was not understood', (text, problem) => {
    const { problems } = pasteProperties(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })

  it('never says a password', () => {
    const secretText = 'hunter2'
    const pasted = pasteProperties(
      `sasl.password=${secretText}\nssl.key.password=${secretText}\nssl.truststore.password=${secretText}\nsasl.jaas.config=x.Y required password="${secretText}";`,
    )
    expect(JSON.stringify([pasted.problems, pasted.taken, pasted.ignored])).not.toContain(secretText)
  })

  it('of nothing takes nothing', () => {
    expect(pasteProperties('')).toEqual({ fields: {}, taken: [], problems: [], ignored: [] })
    expect(pasteProperties('<script>alert(1)</script>').fields).toEqual({})
  })
})

describe('a login module', () => {
  it.each([
    ['a.PlainLoginModule required username="u" password="p";', { username: 'u', password: 'p' }],
    [`a.PlainLoginModule required username='u' password=p`, { username: 'u', password: 'p' }],
    ['a.PlainLoginModule required;', {}],
  ])('%s', (text, options) => {
    expect(parseJaas(text)).toEqual({ module: 'a.PlainLoginModule', options })
  })
  it.each(['', 'a.B', 'a.B maybe x=1;', 'a.B required x=', 'a.B required x="open', 'a.B required x=1; c.D required;'])(
    'not: %s',
    text => {
      expect(parseJaas(text)).toBeUndefined()
    },
  )
})
