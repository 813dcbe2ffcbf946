import { assert } from '../../base/assert.ts'
import { partitionName, type TopicPartition } from '../../model/ids.ts'
import { KafkaClientError } from '../client-error.ts'
import type { KafkaClient } from '../kafka-client.ts'
import { RecordSender } from './producer.ts'
import { ProducerIdentity } from './producer-identity.ts'
import {
  type ProducerOptions,
  producerSettings,
  type RecordToSend,
  type TransactionalProducer,
  type TransactionOffsets,
} from './producer-options.ts'
import {
  addOffsets,
  addPartitions,
  endsProducer,
  endTransaction,
  transactionPlace,
  type TransactionOwner,
} from './transaction-requests.ts'

type State = 'ready' | 'open' | 'failed' | 'ending' | 'fenced'

const moves: Readonly<Record<State, readonly State[]>> = {
  ready: ['open', 'fenced'],
  open: ['failed', 'ending', 'fenced'],
  failed: ['ending', 'fenced'],
  ending: ['ready', 'failed', 'fenced'],
  fenced: [],
}

/** A producer whose records become visible, or vanish, together. Its first transaction fences earlier producers of the same id. */
export function createTransactionalProducer(
  client: KafkaClient,
  options: ProducerOptions & { readonly transactionalId: string },
): TransactionalProducer {
  return new Transactions(client, options)
}

class Transactions implements TransactionalProducer {
  readonly #client: KafkaClient
  readonly #transactionalId: string
  readonly #identity: ProducerIdentity
  readonly #sender: RecordSender
  readonly #partitions = new Set<string>()
  #hasOffsets = false
  #state: State = 'ready'
  #failure: KafkaClientError | undefined
  /** AddPartitionsToTxn requests go one after the other. */
  #adding: Promise<void> = Promise.resolve()

  constructor(client: KafkaClient, options: ProducerOptions & { readonly transactionalId: string }) {
    const settings = producerSettings(options)
    this.#client = client
    this.#transactionalId = options.transactionalId
    this.#identity = new ProducerIdentity(client, settings)
    this.#sender = new RecordSender(client, settings, this.#identity, {
      allow: () => (this.#state === 'open' ? undefined : this.#refusal()),
      prepare: partitions => this.#addPartitions(partitions),
      failed: error => this.#fail(error),
    })
  }

  begin(): void {
    if (this.#state !== 'ready') throw this.#refusal()
    this.#move('open')
    this.#failure = undefined
  }

  send(record: RecordToSend) {
    return this.#sender.send(record)
  }

  flush(): Promise<void> {
    return this.#sender.flush()
  }

  status() {
    return this.#sender.status()
  }

  async sendOffsets(offsets: TransactionOffsets): Promise<void> {
    if (this.#state !== 'open') throw this.#refusal()
    this.#hasOffsets = true
    await this.#orFail(async () => addOffsets(this.#client, await this.#owner(), offsets))
  }

  async commit(): Promise<void> {
    if (this.#state !== 'open') throw this.#refusal()
    await this.#sender.flush()
    const failure = this.#failure
    if (failure !== undefined) throw failure
    this.#move('ending')
    await this.#orFail(() => this.#end(true))
    this.#finish()
  }

  async abort(): Promise<void> {
    if (this.#state !== 'open' && this.#state !== 'failed') throw this.#refusal()
    this.#move('ending')
    this.#sender.dropWaiting(
      new KafkaClientError('CANCELLED', transactionPlace(this.#transactionalId), 'the transaction was aborted'),
    )
    await this.#sender.flush()
    await this.#orFail(() => this.#end(false))
    this.#finish()
  }

  async close(): Promise<void> {
    if (this.#state === 'open' || this.#state === 'failed') await this.abort().catch(() => undefined)
    await this.#sender.close()
  }

  async #owner(): Promise<TransactionOwner> {
    const { producerId, producerEpoch } = await this.#identity.get()
    const transactionVersion = this.#identity.transactionVersion()
    return { producerId, producerEpoch, transactionalId: this.#transactionalId, transactionVersion }
  }

  async #end(committed: boolean): Promise<void> {
    // After a batch was given up the identity is a new one, and taking it aborts what was open.
    const wasRenewed = !this.#identity.isPresent()
    const owner = await this.#owner()
    if (wasRenewed || (this.#partitions.size === 0 && !this.#hasOffsets)) return
    const next = await endTransaction(this.#client, owner, committed)
    if (owner.transactionVersion > 1) this.#identity.become(next)
  }

  #addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    const next = this.#adding.then(async () => {
      const added = partitions.filter(it => !this.#partitions.has(partitionName(it.topic, it.partition)))
      if (added.length === 0) return
      const plain = added.map(({ topic, partition }) => ({ topic, partition }))
      const owner = await this.#owner()
      if (owner.transactionVersion === 1) await addPartitions(this.#client, owner, plain)
      for (const { topic, partition } of plain) this.#partitions.add(partitionName(topic, partition))
    })
    this.#adding = next.catch(() => undefined)
    return next
  }

  #finish(): void {
    this.#partitions.clear()
    this.#hasOffsets = false
    this.#move('ready')
  }

  async #orFail(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (error instanceof KafkaClientError) this.#fail(error)
      throw error
    }
  }

  #fail(error: KafkaClientError): void {
    this.#failure ??= error
    if (endsProducer(error)) this.#move('fenced')
    else if (this.#state === 'open' || this.#state === 'ending') this.#move('failed')
  }

  #refusal(): KafkaClientError {
    const place = transactionPlace(this.#transactionalId)
    if (this.#state === 'fenced') return this.#failure ?? new KafkaClientError('PRODUCER_FENCED', place)
    return new KafkaClientError('INVALID_TXN_STATE', place, refusals[this.#state], this.#failure)
  }

  #move(to: State): void {
    if (this.#state === to) return
    assert(moves[this.#state].includes(to), `transaction ${this.#state} to ${to}`)
    this.#state = to
  }
}

const refusals: Readonly<Record<Exclude<State, 'fenced'>, string>> = {
  ready: 'no transaction is open',
  open: 'a transaction is open',
  failed: 'the transaction failed and can only be aborted',
  ending: 'the transaction is being ended',
}
