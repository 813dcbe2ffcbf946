import { createTransactionalProducer } from '../../../broker-core/client/producing/transactional-producer.ts'
import type { TransactionalProducer } from '../../../broker-core/client/producing/producer-options.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { paymentAvro } from './payment-avro.ts'
import type { Payment } from './shop-records.ts'

const everyMs = 1_000
const paymentsPerTransactionMax = 200
/** Payments that wait; beyond it the oldest are forgotten, as a shop would not, but memory is bounded. */
const waitingMax = 5_000
/** One transaction in so many is aborted. */
const abortEvery = 8
const afterFailureMs = 5_000

/** Payments, written in transactions of which some are aborted: what readers of committed records never see. */
export interface ShopPayments {
  add(payment: Payment): void
  stop(): Promise<void>
}

export interface PaymentsOptions {
  readonly client: KafkaClient
  readonly produced: (count: number) => void
  readonly failed: (error: unknown) => void
}

export function shopPayments(options: PaymentsOptions): ShopPayments {
  let waiting: Payment[] = []
  const stopping = new AbortController()
  let wake = () => {}
  const pause = (ms: number) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const loop = async () => {
    let producer: TransactionalProducer | undefined
    for (let number = 1; !stopping.signal.aborted; number += 1) {
      await pause(everyMs)
      const payments = waiting.splice(0, paymentsPerTransactionMax)
      if (payments.length === 0) continue
      try {
        producer ??= createTransactionalProducer(options.client, { transactionalId: 'shop-payments', lingerMs: 5 })
        await pay(producer, payments, number % abortEvery === 0)
        options.produced(payments.length)
      } catch (error) {
        options.failed(error)
        // A new producer of the same id fences the old one and aborts what it left open.
        await producer?.close().catch(() => undefined)
        producer = undefined
        await pause(afterFailureMs)
      }
    }
    await producer?.close().catch(() => undefined)
  }
  const running = loop()
  return {
    add(payment) {
      waiting.push(payment)
      if (waiting.length > waitingMax) waiting = waiting.slice(-waitingMax / 2)
    },
    async stop() {
      stopping.abort()
      wake()
      await running
    },
  }
}

async function pay(producer: TransactionalProducer, payments: readonly Payment[], isAborted: boolean): Promise<void> {
  producer.begin()
  await Promise.all(
    payments.map(payment =>
      producer.send({ topic: 'payments', key: payment.key, value: paymentAvro(payment), timestampMs: payment.atMs }),
    ),
  )
  if (isAborted) await producer.abort()
  else await producer.commit()
}
