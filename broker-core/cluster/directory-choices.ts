import type { CancelTimer, Timers } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { ControllerChannel } from '../controller/controller-channel.ts'
import { errorName } from '../model/kafka-errors.ts'
import type { RequestOf } from '../protocol/api.ts'
import { assignReplicasToDirs } from '../protocol/messages/73-assign-replicas-to-dirs.ts'

export interface DirectoryChoice {
  readonly topicId: string
  readonly partition: number
  readonly directoryId: string
}

export interface DirectoryChoicesOptions {
  readonly brokerId: number
  brokerEpoch(): number
  readonly controller: ControllerChannel
  readonly timers: Timers
  readonly log: LogSink
  readonly timeoutMs: number
}

/** KIP-858: tells the controller which directory a replica was put into, so that it knows what is lost with a disk. */
export interface DirectoryChoices {
  /** The newest word on a replica replaces an older one that was not sent yet. */
  chosen(choice: DirectoryChoice): void
  close(): void
}

const retryMs = 500
const perRequestMax = 2_000

/** One request in flight; what comes meanwhile waits for the next. Bounded by the replicas of this broker. */
export function directoryChoices(options: DirectoryChoicesOptions): DirectoryChoices {
  const waiting = new Map<string, DirectoryChoice>()
  let isBusy = false
  const closing = { isAsked: false }
  let cancelRetry: CancelTimer = () => {}

  async function pump(): Promise<void> {
    isBusy = true
    while (waiting.size > 0 && !closing.isAsked) {
      const sent = [...waiting.values()].slice(0, perRequestMax)
      for (const choice of sent) waiting.delete(keyOf(choice))
      if (await send(options, sent)) continue
      for (const choice of sent) if (!waiting.has(keyOf(choice))) waiting.set(keyOf(choice), choice)
      await new Promise<void>(resolve => (cancelRetry = options.timers.after(retryMs, resolve)))
    }
    isBusy = false
  }
  return {
    chosen(choice) {
      waiting.set(keyOf(choice), choice)
      // What the same turn of the event loop still chooses goes along.
      if (!isBusy && !closing.isAsked) {
        isBusy = true
        void Promise.resolve().then(pump)
      }
    },
    close() {
      closing.isAsked = true
      cancelRetry()
    },
  }
}

/** False: to be sent again. A single partition that the controller refuses is gone, or moved: newer metadata says so. */
async function send(options: DirectoryChoicesOptions, choices: readonly DirectoryChoice[]): Promise<boolean> {
  const { brokerId, controller, log, timeoutMs } = options
  const request = { brokerId, brokerEpoch: options.brokerEpoch(), directories: directoriesOf(choices) }
  try {
    const answer = await controller.send(assignReplicasToDirs, request, { timeoutMs })
    if (answer.errorCode === 0) return true
    log.write('warn', 'directory-choices.refused', { broker: brokerId, error: errorName(answer.errorCode) })
  } catch (error) {
    log.write('debug', 'directory-choices.not-sent', { broker: brokerId, error: String(error) })
  }
  return false
}

function directoriesOf(choices: readonly DirectoryChoice[]): RequestOf<typeof assignReplicasToDirs>['directories'] {
  const byDirectory = new Map<string, Map<string, { partitionIndex: number }[]>>()
  for (const { directoryId, topicId, partition } of choices) {
    const topics = byDirectory.get(directoryId) ?? new Map<string, { partitionIndex: number }[]>()
    byDirectory.set(directoryId, topics)
    const partitions = topics.get(topicId) ?? []
    topics.set(topicId, partitions)
    partitions.push({ partitionIndex: partition })
  }
  return [...byDirectory].map(([id, topics]) => ({
    id,
    topics: [...topics].map(([topicId, partitions]) => ({ topicId, partitions })),
  }))
}

const keyOf = (choice: DirectoryChoice) => `${choice.topicId}:${choice.partition}`
