import type { KafkaErrorName } from '../model/kafka-errors.ts'
import { AwaitedBatches } from './awaited-batches.ts'
import type { AskCoordinator, TransactionClaim } from './transaction-claims.ts'

/** A partition that this broker leads, in one leader epoch. */
export interface GatePlace {
  readonly topic: string
  readonly partition: number
  readonly leaderEpoch: number
  /** Of the batch for it; absent where nothing is numbered. */
  readonly firstSequence?: number
}

export interface GateRequest extends Omit<TransactionClaim, 'partitions'> {
  readonly places: readonly GatePlace[]
}

/**
 * TXN-20, TXN-22: no batch may open a transaction in a partition of which the coordinator does not know. A producer passes once the
 * coordinator confirmed it, and until the marker of the transaction is written here; a confirmation that the marker overtook is void,
 * so a late batch cannot open a transaction that nobody would end.
 */
export interface TransactionGate {
  /** True: every place is open for this producer already, nobody need be asked. */
  isOpen(request: Pick<GateRequest, 'producerId' | 'producerEpoch' | 'places' | 'mode'>): boolean
  /** One error for each place, in order; NONE: it may be written to, at once. */
  enter(request: GateRequest): Promise<readonly KafkaErrorName[]>
  /** A marker of the producer is about to be written to the partition. */
  shut(topic: string, partition: number, producerId: number): void
}

interface Pass {
  readonly producerEpoch: number
  readonly leaderEpoch: number
  isConfirmed: boolean
  /** What everybody hears who comes while the coordinator is asked. */
  answer: Promise<KafkaErrorName>
}

const unasked: Promise<KafkaErrorName> = Promise.resolve('UNKNOWN_SERVER_ERROR')

/**
 * Passes are as many as transactions are open in partitions led here; those of former leader epochs go when the next one comes.
 * `verifies`: `transaction.partition.verification.enable` as it is now. Without it clients of before KIP-890 pass unasked, and one that
 * did not add its partition leaves a transaction that nobody ends.
 */
export function transactionGate(ask: AskCoordinator, verifies: () => boolean = () => true): TransactionGate {
  const passes = new Map<string, Map<number, Pass>>()
  const awaited = new AwaitedBatches()

  function passesAt({ topic, partition, leaderEpoch }: GatePlace): Map<number, Pass> {
    const name = nameOf(topic, partition)
    let present = passes.get(name)
    if (present === undefined) passes.set(name, (present = new Map()))
    for (const [producerId, pass] of present) if (pass.leaderEpoch !== leaderEpoch) present.delete(producerId)
    return present
  }
  function remove(topic: string, partition: number, producerId: number): void {
    const name = nameOf(topic, partition)
    const present = passes.get(name)
    present?.delete(producerId)
    if (present?.size === 0) passes.delete(name)
  }
  /** The pass that stands, or a new one for which the coordinator is to be asked. */
  function passFor(
    place: GatePlace,
    { producerEpoch, producerId }: GateRequest,
  ): { readonly pass: Pass; readonly isNew: boolean } {
    const present = passesAt(place)
    const found = present.get(producerId)
    if (found?.producerEpoch === producerEpoch) return { pass: found, isNew: false }
    const pass: Pass = { producerEpoch, leaderEpoch: place.leaderEpoch, isConfirmed: false, answer: unasked }
    present.set(producerId, pass)
    return { pass, isNew: true }
  }
  /** Overtaken by a marker: the client asks again. */
  function unlessVoid({ topic, partition }: GatePlace, producerId: number, pass: Pass, error: KafkaErrorName): KafkaErrorName {
    const isVoid = passes.get(nameOf(topic, partition))?.get(producerId) !== pass
    return isVoid && error === 'NONE' ? 'CONCURRENT_TRANSACTIONS' : error
  }
  function settled(place: GatePlace, producerId: number, pass: Pass, error: KafkaErrorName): KafkaErrorName {
    if (passes.get(nameOf(place.topic, place.partition))?.get(producerId) === pass) {
      if (error === 'NONE') pass.isConfirmed = true
      else remove(place.topic, place.partition, producerId)
    }
    return error
  }

  const isUnasked = (mode: GateRequest['mode']): boolean => mode === 'verify' && !verifies()
  return {
    isOpen: ({ producerId, producerEpoch, places, mode }) =>
      places.every(place => {
        const pass = passes.get(nameOf(place.topic, place.partition))?.get(producerId)
        if (pass?.isConfirmed !== true || pass.producerEpoch !== producerEpoch) return false
        return pass.leaderEpoch === place.leaderEpoch && !awaited.concerns(comingTo(place, { producerId, producerEpoch }))
      }) || isUnasked(mode),
    async enter(request) {
      const { places, ...claim } = request
      if (isUnasked(claim.mode)) return places.map(() => 'NONE')
      const tried = places.map(place => ({ place, ...passFor(place, request) }))
      const fresh = tried.filter(({ isNew }) => isNew)
      if (fresh.length > 0) {
        const asked = ask({ ...claim, partitions: fresh.map(({ place }) => place) })
        for (const [index, { pass, place }] of fresh.entries()) {
          pass.answer = asked.then(errors => settled(place, claim.producerId, pass, errors[index] ?? 'UNKNOWN_SERVER_ERROR'))
        }
      }
      const answers = await Promise.all(tried.map(({ pass }) => pass.answer))
      // The last answer may come long after the first, and markers between them.
      return tried.map(({ pass, place }, index) => {
        const answer = unlessVoid(place, claim.producerId, pass, answers[index] ?? 'UNKNOWN_SERVER_ERROR')
        return awaited.told(comingTo(place, claim), answer)
      })
    },
    shut(topic, partition, producerId) {
      remove(topic, partition, producerId)
      awaited.ended(topic, partition, producerId)
    },
  }
}

const comingTo = (place: GatePlace, { producerEpoch, producerId }: Pick<GateRequest, 'producerId' | 'producerEpoch'>) => ({
  ...place,
  firstSequence: place.firstSequence,
  producerId,
  producerEpoch,
})

const nameOf = (topic: string, partition: number): string => `${topic}-${partition}`
