import { describe, expect, it } from 'vitest'
import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import { apiVersions } from '../../../broker-core/protocol/messages/18-api-versions.ts'
import { saslAuthenticate } from '../../../broker-core/protocol/messages/36-sasl-authenticate.ts'
import { saslHandshake } from '../../../broker-core/protocol/messages/17-sasl-handshake.ts'
import { openConnection } from '../../../broker-core/wire/outbound-connection.ts'
import type { SaslCredentials } from '../../../broker-core/wire/sasl-client.ts'
import { answering, env, server } from './loopback.ts'

const apiKeys = [17, 18, 36].map(apiKey => ({ apiKey, minVersion: 0, maxVersion: 4 }))

/** A server that takes PLAIN for one user. */
const plainServer = () =>
  server({
    dispatch: answering(({ api, body }) => {
      if (api === apiVersions) return { ...apiVersions.response.zero, apiKeys }
      if (api === saslHandshake) {
        const isKnown = (body as { mechanism: string }).mechanism === 'PLAIN'
        return { errorCode: isKnown ? 0 : errorCode('UNSUPPORTED_SASL_MECHANISM'), mechanisms: ['PLAIN'] }
      }
      const { authBytes } = body as { authBytes: Uint8Array }
      const isRight = Buffer.from(authBytes).toString() === '\0alice\0secret'
      return isRight
        ? { ...saslAuthenticate.response.zero, errorMessage: null }
        : {
            ...saslAuthenticate.response.zero,
            errorCode: errorCode('SASL_AUTHENTICATION_FAILED'),
            errorMessage: 'wrong password',
          }
    }),
  })
const open = (port: number, sasl: SaslCredentials) =>
  openConnection({ host: '127.0.0.1', port }, { clientId: 'test', requestTimeoutMs: 2000, sasl }, env)

describe('SASL on a connection', () => {
  it('PLAIN: opens with the right password', async () => {
    const { port } = await plainServer()
    const connection = await open(port, { mechanism: 'PLAIN', username: 'alice', password: 'secret' })
    expect(connection.isOpen()).toBe(true)
    connection.close()
  })

  it('a wrong password and an unknown mechanism are AuthenticationFailed, and the socket does not stay', async () => {
    const { port, ended, connections } = await plainServer()
    await expect(open(port, { mechanism: 'PLAIN', username: 'alice', password: 'wrong' })).rejects.toMatchObject({
      name: 'AuthenticationFailed',
      message: 'wrong password',
    })
    await expect(open(port, { mechanism: 'SCRAM-SHA-256', username: 'alice', password: 'secret' })).rejects.toMatchObject({
      name: 'AuthenticationFailed',
      message: expect.stringContaining('the server offers PLAIN'),
    })
    while (ended.length < connections.length) await new Promise(resolve => setImmediate(resolve))
    expect(connections.length).toBe(2)
  })
})
