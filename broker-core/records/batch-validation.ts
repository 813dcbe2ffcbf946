import type { KafkaErrorName } from '../model/kafka-errors.ts'

/** Why a batch was refused, with the error for the client and, where KIP-467 wants it, the records at fault. */
export interface BatchRejection {
  readonly error: KafkaErrorName
  readonly message: string
  readonly recordErrors?: readonly { readonly batchIndex: number; readonly message: string }[]
}
