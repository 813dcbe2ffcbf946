import { describe, expect, it } from 'vitest'
import { decideScramCredentials } from '../../../broker-core/controller/decisions/scram.ts'
import { emptyImage, evolveImage } from '../../../broker-core/controller/image-draft.ts'
import { imageRecords } from '../../../broker-core/controller/image-records.ts'
import type { MetadataRecord } from '../../../broker-core/controller/metadata-records.ts'
import { nodeDigest } from '../../../broker-core/env/node/digest.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import { describeUserScramCredentialsHandler } from '../../../broker-core/server/handlers/50-describe-user-scram-credentials.ts'
import { ControllerWorld } from './controller-world.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64')
const salt = fromBase64('W22ZaJ0SNY7soEsUEjb6gQ==')
const saltedPassword = nodeDigest.derive('sha-256', bytes('pencil'), salt, 4096)
const upsertion = { name: 'user', mechanism: 1, iterations: 4096, salt, saltedPassword }

function alter(
  world: ControllerWorld,
  upsertions: readonly (typeof upsertion)[],
  deletions: readonly { name: string; mechanism: number }[] = [],
) {
  return world.perform(decideScramCredentials, { upsertions, deletions }).results.map(result => errorName(result.errorCode))
}

describe('SEC-07: SCRAM credentials', () => {
  it('keeps what verifies the exchange of RFC 7677, and not the salted password', () => {
    const world = new ControllerWorld()
    expect(alter(world, [upsertion])).toEqual(['NONE'])
    const credential = world.image.scramCredentials.get('1:user')
    if (credential === undefined) throw new Error('no credential')
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
    const message = bytes(`n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`)
    const proof = fromBase64('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=')
    const signature = nodeDigest.hmac('sha-256', credential.storedKey, message)
    const clientKey = proof.map((byte, index) => byte ^ (signature[index] ?? 0))
    expect(base64(nodeDigest.hash('sha-256', clientKey))).toBe(base64(credential.storedKey))
    expect(base64(nodeDigest.hmac('sha-256', credential.serverKey, message))).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
    expect(JSON.stringify(world.records)).not.toContain(JSON.stringify(saltedPassword))
  })

  it('refuses too few and too many iterations, unknown mechanisms, nobody, the same twice, and removing what is not there', () => {
    const world = new ControllerWorld()
    expect(alter(world, [{ ...upsertion, iterations: 4095 }])).toEqual(['UNACCEPTABLE_CREDENTIAL'])
    expect(alter(world, [{ ...upsertion, iterations: 16_385 }])).toEqual(['UNACCEPTABLE_CREDENTIAL'])
    expect(alter(world, [{ ...upsertion, mechanism: 3 }])).toEqual(['UNSUPPORTED_SASL_MECHANISM'])
    expect(alter(world, [{ ...upsertion, name: '' }])).toEqual(['UNACCEPTABLE_CREDENTIAL'])
    expect(alter(world, [upsertion, upsertion])).toEqual(['DUPLICATE_RESOURCE'])
    expect(alter(world, [], [{ name: 'user', mechanism: 1 }])).toEqual(['RESOURCE_NOT_FOUND'])
    expect(world.image.scramCredentials.size).toBe(0)
  })

  it('removes, user by user', () => {
    const world = new ControllerWorld()
    alter(world, [upsertion, { ...upsertion, mechanism: 2 }, { ...upsertion, name: 'other' }])
    expect(alter(world, [{ ...upsertion, name: 'third', iterations: 1 }], [{ name: 'user', mechanism: 1 }])).toEqual([
      'NONE',
      'UNACCEPTABLE_CREDENTIAL',
    ])
    expect([...world.image.scramCredentials.keys()].sort()).toEqual(['1:other', '2:user'])
  })

  it('describes without secrets', async () => {
    const world = new ControllerWorld()
    alter(world, [upsertion])
    const { handle } = describeUserScramCredentialsHandler({ image: () => world.image })
    const ask = async (users: readonly { name: string }[] | null) => (await handle({ users }, undefined as never))?.results
    expect(await ask(null)).toEqual([
      { user: 'user', errorCode: 0, errorMessage: null, credentialInfos: [{ mechanism: 1, iterations: 4096 }] },
    ])
    const results = await ask([{ name: 'user' }, { name: 'nobody' }, { name: 'user' }])
    expect(results?.map(result => errorName(result.errorCode))).toEqual(['DUPLICATE_RESOURCE', 'RESOURCE_NOT_FOUND'])
  })
})

describe('what others wrote into the metadata log', () => {
  it('goes through a snapshot unchanged: access control entries and delegation tokens of a Kafka', () => {
    const entry: MetadataRecord = {
      type: 'AccessControlEntryRecord',
      id: 'BBBBBBBBBBBBBBBBBBBBBA',
      resourceType: 2,
      resourceName: 't',
      patternType: 3,
      principal: 'User:a',
      host: '*',
      operation: 3,
      permissionType: 3,
    }
    const token: MetadataRecord = {
      type: 'DelegationTokenRecord',
      owner: 'User:a',
      requester: 'User:a',
      renewers: [],
      issueTimestamp: 1,
      maxTimestamp: 2,
      expirationTimestamp: 2,
      tokenId: 'x',
    }
    const world = new ControllerWorld()
    world.apply([entry, token])
    const reloaded = evolveImage(emptyImage('cluster'), imageRecords(world.image), world.image)
    expect([...reloaded.accessControlEntries.values()]).toEqual([entry])
    expect([...reloaded.delegationTokens.values()]).toEqual([token])
    world.apply([
      { type: 'RemoveAccessControlEntryRecord', id: entry.id },
      { type: 'RemoveDelegationTokenRecord', tokenId: 'x' },
    ])
    expect([world.image.accessControlEntries.size, world.image.delegationTokens.size]).toEqual([0, 0])
  })
})
