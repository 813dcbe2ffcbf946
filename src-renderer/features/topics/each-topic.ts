import { failureOf } from '../../bridge/bridge.ts'
import type { NamedOutcome } from '../../../src-main/contract/views/topics.ts'
import { startTask } from '../../tasks/tasks.ts'

const atOnce = 100

/**
 * Does something to many topics, a hundred at a time, with a task in the status bar. Cancelling stops before the next hundred;
 * a failure is the outcome of those of its hundred.
 */
export async function eachTopic(
  title: string,
  topics: readonly string[],
  act: (topics: readonly string[], signal: AbortSignal) => Promise<readonly NamedOutcome[]>,
  step: number = atOnce,
): Promise<NamedOutcome[]> {
  const abort = new AbortController()
  const task = startTask(title, () => abort.abort())
  const outcomes: NamedOutcome[] = []
  try {
    for (let at = 0; at < topics.length; at += step) {
      const names = topics.slice(at, at + step)
      outcomes.push(...(abort.signal.aborted ? names.map(cancelled) : await act(names, abort.signal).catch(refused(names))))
      task.update(outcomes.length / topics.length, `${outcomes.length} of ${topics.length}`)
    }
  } finally {
    task.end()
  }
  return outcomes
}

const cancelled = (name: string): NamedOutcome => ({ name, error: 'CANCELLED', message: 'Not begun.' })

const refused =
  (names: readonly string[]) =>
  (error: unknown): NamedOutcome[] => {
    const failure = failureOf(error)
    return names.map(name => ({ name, error: failure.kafkaError ?? failure.code, message: failure.message }))
  }
