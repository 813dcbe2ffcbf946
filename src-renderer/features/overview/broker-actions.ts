import type { CallName } from '../../../src-main/contract/contract.ts'
import type { LocalBrokerState } from '../../../src-main/contract/views/cluster.ts'

export type BrokerVerb = 'Start' | 'Stop' | 'Restart' | 'Kill'

export interface BrokerAction {
  readonly verb: BrokerVerb
  readonly call: Extract<CallName, 'local.startBroker' | 'local.stopBroker' | 'local.restartBroker' | 'local.killBroker'>
  readonly hint: string
}

export const brokerActions: readonly BrokerAction[] = [
  { verb: 'Start', call: 'local.startBroker', hint: 'on the data that it has' },
  { verb: 'Stop', call: 'local.stopBroker', hint: 'hands its leaderships over first' },
  { verb: 'Restart', call: 'local.restartBroker', hint: 'stops and starts it' },
  { verb: 'Kill', call: 'local.killBroker', hint: 'ends it at once, as a crash would' },
]

const possible: Readonly<Record<LocalBrokerState, readonly BrokerVerb[]>> = {
  stopped: ['Start'],
  failed: ['Start'],
  starting: ['Stop', 'Kill'],
  running: ['Stop', 'Restart', 'Kill'],
  stopping: ['Kill'],
}

/** Why this cannot be done to it now; undefined when it can. */
export const whyNot = (verb: BrokerVerb, brokerId: number, state: LocalBrokerState): string | undefined =>
  possible[state].includes(verb) ? undefined : `Broker ${brokerId} is ${state}.`
