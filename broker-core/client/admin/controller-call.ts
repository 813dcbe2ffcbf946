import type { Api } from '../../protocol/api.ts'
import { errorName, isRetriable } from '../../model/kafka-errors.ts'
import { KafkaClientError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'

/** How long the controller may work on one request; the answer may take a little longer. */
export const controllerTimeoutMs = 20_000
const answerTimeoutMs = controllerTimeoutMs + 5_000

/**
 * A broker answers a connection's requests one after the other: what waits behind a long change would run into its own timeout, which
 * ends the connection, and the change would be sent again although it is being made.
 */
export const changesLane = 'changes'

/**
 * Sends a change to the controller (through any broker) and repeats it while nothing in it was done: `codesOf` gives all error codes of
 * the reply, and when every one is retriable the request is sent again. After a broken connection a change may have been made although
 * its repetition is refused (TOPIC_ALREADY_EXISTS and the like): callers show what the second attempt said.
 */
export function controllerCall<Req, Res>(
  client: KafkaClient,
  api: Api<Req, Res>,
  body: Req,
  codesOf: (reply: Res) => readonly number[],
  options: RetryOptions,
): Promise<Res> {
  return client.retry(async () => {
    const reply = await client.send(
      api,
      body,
      { to: 'controller' },
      { timeoutMs: answerTimeoutMs, lane: changesLane, ...signalOf(options) },
    )
    const codes = codesOf(reply)
    const [first] = codes
    if (first !== undefined && first !== 0 && codes.every(isWorthRepeating)) {
      throw new KafkaClientError(errorName(first), { api: api.name })
    }
    return reply
  }, options)
}

const isWorthRepeating = (code: number): boolean =>
  code !== 0 && errorName(code) !== 'REQUEST_TIMED_OUT' && isRetriable(errorName(code))

export function signalOf(options: RetryOptions): Pick<RetryOptions, 'signal'> {
  return options.signal === undefined ? {} : { signal: options.signal }
}
