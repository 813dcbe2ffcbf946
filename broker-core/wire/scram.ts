import { fromBase64, toBase64 } from '../base/bytes/base64.ts'
import type { HashName } from '../env/digest.ts'
import type { Env } from '../env/env.ts'
import { AuthenticationFailed } from './connection-errors.ts'
import type { SaslExchange } from './sasl-client.ts'

/** Of both mechanisms, in Kafka (SEC-06): a hostile server that asks for fewer could guess the password from what it is sent. */
const iterationsMin = 4096
/** No server needs more; a hostile one could otherwise keep the thread busy. */
const iterationsMax = 1_000_000
const nonceBytes = 18
const noChannelBinding = 'n,,'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** RFC 5802 without channel binding, as Kafka speaks it (KIP-84). The server proves itself too. */
export function scramExchange(
  hash: HashName,
  credentials: { readonly username: string; readonly password: string },
  env: Pick<Env, 'random' | 'digest'>,
): SaslExchange {
  const nonce = toBase64(env.random.bytes(nonceBytes))
  const clientFirst = `n=${saslName(credentials.username)},r=${nonce}`
  let serverSignature: Uint8Array | undefined

  function proveBoth(serverFirst: string): Uint8Array {
    const { digest } = env
    const challenge = parseChallenge(serverFirst, nonce)
    const clientFinal = `c=${toBase64(encoder.encode(noChannelBinding))},r=${challenge.nonce}`
    const message = encoder.encode(`${clientFirst},${serverFirst},${clientFinal}`)
    const salted = digest.derive(hash, encoder.encode(credentials.password), challenge.salt, challenge.iterations)
    const clientKey = digest.hmac(hash, salted, encoder.encode('Client Key'))
    const clientSignature = digest.hmac(hash, digest.hash(hash, clientKey), message)
    serverSignature = digest.hmac(hash, digest.hmac(hash, salted, encoder.encode('Server Key')), message)
    const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0))
    return encoder.encode(`${clientFinal},p=${toBase64(proof)}`)
  }

  return {
    first: encoder.encode(`${noChannelBinding}${clientFirst}`),
    next(answer) {
      const text = decoder.decode(answer)
      if (serverSignature === undefined) return proveBoth(text)
      const claimed = fromBase64(attribute(text, 'v') ?? '')
      if (claimed === undefined || !env.digest.equals(claimed, serverSignature)) {
        throw new AuthenticationFailed(
          `the server could not prove that it knows the password: ${attribute(text, 'e') ?? 'wrong proof'}`,
        )
      }
      return undefined
    },
  }
}

function parseChallenge(text: string, ownNonce: string): { nonce: string; salt: Uint8Array; iterations: number } {
  const nonce = attribute(text, 'r')
  const salt = fromBase64(attribute(text, 's') ?? '')
  const iterations = Number(attribute(text, 'i'))
  if (nonce === undefined || !nonce.startsWith(ownNonce) || salt === undefined || salt.length === 0) {
    throw new AuthenticationFailed('the server sent no valid challenge')
  }
  if (!Number.isInteger(iterations) || iterations < iterationsMin || iterations > iterationsMax) {
    throw new AuthenticationFailed(
      `the server asks for ${iterations} iterations, where ${iterationsMin} to ${iterationsMax} are accepted`,
    )
  }
  return { nonce, salt, iterations }
}

const attribute = (text: string, name: string): string | undefined =>
  text
    .split(',')
    .find(part => part.startsWith(`${name}=`))
    ?.slice(2)

const saslName = (name: string): string => name.replaceAll('=', '=3D').replaceAll(',', '=2C')
