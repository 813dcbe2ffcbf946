import { describe, expect, it } from 'vitest'
import { fromBase64 } from '../../../broker-core/base/bytes/base64.ts'
import { nodeDigest } from '../../../broker-core/env/node/digest.ts'
import { scramExchange } from '../../../broker-core/wire/scram.ts'

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const bytes = (value: string) => new TextEncoder().encode(value)

/** The client's nonce is the base64 of these bytes; the vectors of the RFCs have other nonces, hence the own base64 of them. */
const exchange = (hash: 'sha-256' | 'sha-512', nonce: string, username = 'user', password = 'pencil') =>
  scramExchange(
    hash,
    { username, password },
    { digest: nodeDigest, random: { fraction: () => 0, bytes: () => fromBase64(nonce) ?? new Uint8Array(0) } },
  )

describe('SCRAM client', () => {
  it('RFC 7677: the exchange of its example, byte for byte', () => {
    const scram = exchange('sha-256', 'rOprNGfwEbeRWgbNEkqO')
    expect(text(scram.first)).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    const final = scram.next(bytes('r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'))
    expect(text(final)).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    )
    expect(scram.next(bytes('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toBeUndefined()
  })

  it('a server that cannot prove itself, or says no, is not trusted', () => {
    for (const answer of ['v=AAAA', 'e=invalid-proof', '', 'v=!']) {
      const scram = exchange('sha-256', 'rOprNGfwEbeRWgbNEkqO')
      scram.next(bytes('r=rOprNGfwEbeRWgbNEkqO%x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'))
      expect(() => scram.next(bytes(answer))).toThrow(expect.objectContaining({ name: 'AuthenticationFailed' }))
    }
  })

  it('hostile challenges are refused: a foreign nonce, no salt, iterations that would keep the thread busy', () => {
    const challenges = [
      'r=somebodyelse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      'r=rOprNGfwEbeRWgbNEkqO%x,i=4096',
      'r=rOprNGfwEbeRWgbNEkqO%x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000',
      'r=rOprNGfwEbeRWgbNEkqO%x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0',
      'r=rOprNGfwEbeRWgbNEkqO%x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=x',
      '',
    ]
    for (const challenge of challenges) {
      const scram = exchange('sha-256', 'rOprNGfwEbeRWgbNEkqO')
      expect(() => scram.next(bytes(challenge))).toThrow(expect.objectContaining({ name: 'AuthenticationFailed' }))
    }
  })

  it('SEC-06: so few iterations that the password could be guessed from the proof are refused', () => {
    const challenge = (iterations: number) => bytes(`r=rOprNGfwEbeRWgbNEkqO%x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=${iterations}`)
    for (const hash of ['sha-256', 'sha-512'] as const) {
      expect(() => exchange(hash, 'rOprNGfwEbeRWgbNEkqO').next(challenge(4095))).toThrow(/4095 iterations/)
      expect(text(exchange(hash, 'rOprNGfwEbeRWgbNEkqO').next(challenge(4096)))).toContain(',p=')
    }
  })

  it('RFC 5802: commas and equal signs in names are written out', () => {
    expect(text(exchange('sha-512', 'AAAA', 'a,b=c').first)).toBe('n,,n=a=2Cb=3Dc,r=AAAA')
  })
})
