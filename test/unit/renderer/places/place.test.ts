import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placeFromHash, placeId, placeToHash } from '../../../../src-renderer/places/place.ts'
import type { Place } from '../../../../src-renderer/places/place.ts'

const name = fc.string({ minLength: 1, maxLength: 30 })
const offset = fc.nat()
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ kind: fc.constantFrom('overview' as const, 'topics' as const, 'groups' as const), connection: name }),
  fc.record({ kind: fc.constant('group' as const), connection: name, group: fc.string() }),
  fc.record({ kind: fc.constant('produce' as const), connection: name, topic: name }),
  fc.record({ kind: fc.constantFrom('connections' as const, 'settings' as const) }),
  fc.record(
    {
      kind: fc.constant('topic' as const),
      connection: name,
      topic: name,
      view: fc.constantFrom('messages' as const, 'partitions' as const, 'consumers' as const, 'config' as const),
      at: fc.oneof(
        fc.record({ kind: fc.constant('time' as const), timestampMs: offset }),
        fc.record({ kind: fc.constant('record' as const), partition: offset, offset }),
      ),
    },
    { requiredKeys: ['kind', 'connection', 'topic', 'view'] },
  ),
)

describe('places', () => {
  it('every place comes back from its address, whatever its names hold', () => {
    fc.assert(
      fc.property(
        place.filter(one => !('connection' in one) || !['connections', 'settings'].includes(one.connection)),
        one => {
          expect(placeFromHash(placeToHash(one))).toEqual(one)
        },
      ),
    )
  })

  it('any text is a place or none, and never throws', () => {
    fc.assert(fc.property(fc.string(), text => void placeFromHash(`#/${text}`)))
    for (const hash of [
      '',
      '#',
      '#/',
      '#/local',
      '#/local/topic/orders',
      '#/local/topic/orders/nonsense',
      '#/%E0%A4%A',
      '#/settings/x',
    ])
      expect(placeFromHash(hash), hash).toBeUndefined()
  })

  it('views of one topic share a tab, topics of two connections do not', () => {
    const topic = { kind: 'topic', connection: 'local', topic: 'orders' } as const
    expect(placeId({ ...topic, view: 'config' })).toBe(placeId({ ...topic, view: 'messages' }))
    expect(placeId({ ...topic, view: 'config' })).not.toBe(placeId({ ...topic, connection: 'other', view: 'config' }))
  })
})
