import { createRaftNode } from '../../../broker-core/consensus/node.ts'
import type { ElectionState, RaftPeers } from '../../../broker-core/consensus/ports.ts'
import { PeerFailure as RealPeerFailure } from '../../../broker-core/consensus/ports.ts'
import type { MembershipChange } from '../../../broker-core/consensus/voter-history.ts'
import { voterSet } from '../../../broker-core/consensus/voter-set.ts'
import type { RaftListener, RaftNode } from '../../../broker-core/consensus/raft-node.ts'
import type { ChangeOutcome } from '../../../broker-core/consensus/voter-change-rules.ts'
import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import type { ResponseOf } from '../../../broker-core/protocol/api.ts'
import type { addRaftVoter } from '../../../broker-core/protocol/messages/80-add-raft-voter.ts'
import type { vote } from '../../../broker-core/protocol/messages/52-vote.ts'
import { createSimProcess, createSimTime, simClock, type SimProcess, type SimTime, simTimers } from '../sim-clock.ts'
import { type SeededRandom, seededRandom } from '../sim-random.ts'
import type { QuorumCode } from './build-mutant.ts'
import { memoryRaftDisk, type MemoryRaftDisk } from './memory-raft-log.ts'
import { quorumInvariants, type QuorumInvariants } from './quorum-invariants.ts'

export interface QuorumWorldOptions {
  readonly seed: number
  readonly voters: number
  readonly observers?: number
  /** The quorum's code, when it is not the real one: a build with a bug planted in it. */
  readonly code?: QuorumCode
  /** A store that forgets is a planted bug, too. */
  readonly keepsVotes?: boolean
  readonly losesFlushed?: boolean
  /** The voters are those of the log (KIP-853): from a format, or after an upgrade from static ones. Without: static for good. */
  readonly membership?: 'formatted' | 'upgraded'
  /** Further controllers that are no voters at first. */
  readonly spares?: number
  /** Controllers that are no voters ask to become some (`controller.quorum.auto.join.enable`). */
  readonly autoJoins?: boolean
}

export interface SimNode {
  readonly nodeId: number
  /** Of its present disk. */
  directoryId: string
  disk: MemoryRaftDisk
  process: SimProcess
  raft: RaftNode
  stored: ElectionState | undefined
  isUp: boolean
  /** Values applied in this life, the state that snapshots are made of. */
  applied: { values: string[]; endOffset: number }
}

export interface QuorumWorld {
  readonly time: SimTime
  readonly random: SeededRandom
  readonly nodes: readonly SimNode[]
  readonly invariants: QuorumInvariants
  /** Probabilities per message; `bounce`: that its receiver crashes right after its answer and comes back at once. */
  readonly weather: { loss: number; duplicate: number; delayMaxMs: number; bounce: number }
  readonly trace: string[]
  cut(from: number, to: number): void
  heal(): void
  crash(node: SimNode): void
  start(node: SimNode): void
  stop(node: SimNode): Promise<void>
  /** Of a node that is down: another, empty disk, and with it another directory. */
  replaceDisk(node: SimNode): void
  leader(): SimNode | undefined
  /** Called when a node that joins by itself has its request handled. */
  onJoining: (kind: 'add' | 'remove', key: string) => void
  /** Appends at the leader, when there is one. */
  write(text: string): void
  /** Runs until every node that is up has the same committed log, with `text` written meanwhile. */
  converge(limitMs: number): Promise<boolean>
}

const requestTimeoutMs = 500

const endpointOf = (nodeId: number) => ({ host: 'sim', port: nodeId })
const directoryOf = (nodeId: number, generation: number) => `d${nodeId}.${generation}`
/** A replica in the words of the invariants. */
export const keyOf = (node: Pick<SimNode, 'nodeId' | 'directoryId'>) => `${node.nodeId}/${node.directoryId}`

/** What `kafka-storage format --initial-controllers` writes. */
const formatOf = (ids: readonly number[]): MembershipChange[] => [
  { kind: 'kraft-version', level: 1 },
  {
    kind: 'voters',
    voters: voterSet(
      ids.map(id => ({
        id,
        directoryId: directoryOf(id, 0),
        listeners: [{ name: 'CONTROLLER', ...endpointOf(id) }],
        kraftVersions: { min: 0, max: 1 },
      })),
    ),
  },
]

const changeReply = ({ error, message }: ChangeOutcome): ResponseOf<typeof addRaftVoter> => ({
  throttleTimeMs: 0,
  errorCode: errorCode(error),
  errorMessage: message,
})

export function quorumWorld(options: QuorumWorldOptions): QuorumWorld {
  const time = createSimTime()
  const random = seededRandom(options.seed)
  const chance = random.fork('messages')
  const cuts = new Set<string>()
  const weather = { loss: 0, duplicate: 0, delayMaxMs: 10, bounce: 0 }
  const trace: string[] = []
  const voterIds = Array.from({ length: options.voters }, (_, index) => index + 1)
  const staticVoters = options.membership === 'formatted' ? [] : voterIds
  const voters = new Map(staticVoters.map(nodeId => [nodeId, endpointOf(nodeId)]))
  const spareIds = Array.from({ length: options.spares ?? 0 }, (_, index) => options.voters + 1 + index)
  const observerIds = Array.from({ length: options.observers ?? 0 }, (_, index) => 100 + index)
  const ids = [...voterIds, ...spareIds, ...observerIds]
  const bootstrapServers = options.membership === undefined ? [] : [...voterIds, ...spareIds].map(endpointOf)
  const invariants = quorumInvariants()
  const { createRaftNode: createNode, PeerFailure } = options.code ?? { createRaftNode, PeerFailure: RealPeerFailure }
  let writes = 0

  const newDisk = () => memoryRaftDisk(options.losesFlushed === true ? { loseFlushed: true } : {})
  const nodes = ids.map((nodeId): SimNode => {
    const disk = newDisk()
    if (options.membership === 'formatted' && voterIds.includes(nodeId)) disk.format(formatOf(voterIds))
    const process = createSimProcess(`node-${nodeId}`, time)
    return {
      nodeId,
      directoryId: directoryOf(nodeId, 0),
      disk,
      process,
      raft: undefined as unknown as RaftNode,
      stored: undefined,
      isUp: false,
      applied: { values: [], endOffset: 0 },
    }
  })
  const nodeOf = (nodeId: number): SimNode => {
    const node = nodes.find(each => each.nodeId === nodeId)
    if (node === undefined) throw new Error(`no node ${nodeId}`)
    return node
  }
  const isCut = (from: number, to: number): boolean => cuts.has(`${from}-${to}`)
  const delay = (): number => 0.5 + chance.fraction() * weather.delayMaxMs

  /** A request there and its answer back. Lost ones end in a timeout, a dead process refuses. */
  function exchange<T>(from: SimNode, askedId: number, handle: (raft: RaftNode) => Promise<T>): Promise<T> {
    const toId = askedId < -1 ? (bootstrapServers[-2 - askedId]?.port ?? -1) : askedId
    const to = nodeOf(toId)
    const sender = from.process
    return new Promise((resolve, reject) => {
      time.after(requestTimeoutMs + weather.delayMaxMs, sender, () => reject(new PeerFailure('timeout', `node ${toId}`)))
      const deliver = (): void => {
        const receiver = to.process
        time.after(delay(), undefined, () => {
          if (!to.isUp || to.process !== receiver) {
            if (!isCut(from.nodeId, toId))
              time.after(delay(), sender, () => reject(new PeerFailure('disconnected', `node ${toId}`)))
            return
          }
          time.after(0, receiver, () => {
            void handle(to.raft).then(
              response => {
                if (isCut(toId, from.nodeId) || chance.chance(weather.loss)) return
                time.after(delay(), sender, () => resolve(response))
                if (to.process === receiver && to.isUp && chance.chance(weather.bounce)) {
                  crash(to)
                  start(to)
                }
              },
              (error: unknown) => invariants.failed(error),
            )
          })
        })
      }
      if (isCut(from.nodeId, toId) || chance.chance(weather.loss)) return
      deliver()
      if (chance.chance(weather.duplicate)) deliver()
    })
  }

  function peersOf(node: SimNode): RaftPeers {
    return {
      vote: (to, request) =>
        exchange(node, to, async raft => {
          const response = await raft.handleVote(request)
          noteVote(
            keyOf(nodeOf(to)),
            keyOf(node),
            response,
            request.topics[0]?.partitions[0]?.preVote === true,
            request.topics[0]?.partitions[0]?.replicaEpoch ?? -1,
          )
          return response
        }),
      beginQuorumEpoch: (to, request) => exchange(node, to, raft => raft.handleBeginQuorumEpoch(request)),
      endQuorumEpoch: (to, request) => exchange(node, to, raft => raft.handleEndQuorumEpoch(request)),
      fetch: (to, request) => exchange(node, to, raft => raft.handleFetch(request)),
      fetchSnapshot: (to, request) => exchange(node, to, raft => raft.handleFetchSnapshot(request)),
      updateRaftVoter: (to, request) => exchange(node, to, raft => raft.handleUpdateRaftVoter(request)),
      addRaftVoter: (to, request) =>
        exchange(node, to, async raft => {
          world.onJoining('add', `${request.voterId}/${request.voterDirectoryId}`)
          return changeReply(await raft.addVoter(request))
        }),
      removeRaftVoter: (to, request) =>
        exchange(node, to, async raft => {
          world.onJoining('remove', `${request.voterId}/${request.voterDirectoryId}`)
          return changeReply(await raft.removeVoter(request))
        }),
      kraftVersionsAt: endpoint => exchange(node, endpoint.port, async () => ({ min: 0, max: 1 })),
      misdirected() {},
    }
  }

  function noteVote(
    voter: string,
    candidate: string,
    response: ResponseOf<typeof vote>,
    isPreVote: boolean,
    epoch: number,
  ): void {
    const granted = response.topics[0]?.partitions[0]?.voteGranted === true
    if (granted && !isPreVote) invariants.voted(voter, epoch, candidate)
  }

  function listenerOf(node: SimNode): RaftListener {
    return {
      loadSnapshot(values, endOffset) {
        const texts = values.map(value => new TextDecoder().decode(value))
        invariants.snapshotLoaded(node.nodeId, texts, endOffset)
        node.applied = { values: texts, endOffset }
      },
      commit(batch) {
        const texts = batch.values.map(value => new TextDecoder().decode(value))
        invariants.committed(node.nodeId, { ...batch, text: texts.join() })
        if (batch.baseOffset !== node.applied.endOffset)
          throw new Error(`node ${node.nodeId}: gap in what is committed at ${batch.baseOffset}`)
        node.applied = { values: [...node.applied.values, ...texts], endOffset: batch.lastOffset + 1 }
      },
      leaderChanged(leaderId, epoch) {
        trace.push(`${time.nowMs().toFixed(2)} ${node.nodeId} sees leader ${leaderId} in ${epoch}`)
        if (leaderId === node.nodeId) invariants.voted(keyOf(node), epoch, keyOf(node))
        if (leaderId === node.nodeId) invariants.leads(keyOf(node), epoch, node.applied.endOffset)
      },
    }
  }

  function start(node: SimNode): void {
    if (node.isUp) return
    node.process = createSimProcess(`node-${node.nodeId}`, time)
    const process = node.process
    node.applied = { values: [], endOffset: 0 }
    node.isUp = true
    const clock = simClock(time)
    node.raft = createNode({
      nodeId: node.nodeId,
      directoryId: node.directoryId,
      clusterId: 'sim',
      voters,
      bootstrapServers,
      listeners: observerIds.includes(node.nodeId) ? [] : [{ name: 'CONTROLLER', ...endpointOf(node.nodeId) }],
      autoJoins: options.autoJoins === true,
      log: node.disk.open(),
      state: {
        load: () => (options.keepsVotes === false ? undefined : node.stored),
        save: state => {
          if (process.isAlive()) node.stored = state
        },
      },
      peers: peersOf(node),
      bug: error => invariants.failed(error),
      clock,
      timers: simTimers(time, process),
      random: random.fork(`node-${node.nodeId}-${time.eventCount()}`),
      sink: {
        write: (level, event, fields) =>
          trace.push(`${time.nowMs().toFixed(2)} ${node.nodeId} ${level} ${event} ${JSON.stringify(fields ?? {})}`),
      },
      timeouts: {
        electionTimeoutMs: 300,
        electionBackoffMaxMs: 300,
        fetchTimeoutMs: 600,
        fetchMaxWaitMs: 200,
        firstElectionDelayMaxMs: 40,
      },
    })
    node.raft.subscribe(listenerOf(node))
    node.raft.start()
  }

  function crash(node: SimNode): void {
    if (!node.isUp) return
    trace.push(`${time.nowMs().toFixed(2)} ${node.nodeId} crashes`)
    node.process.die()
    node.raft.abandon()
    node.isUp = false
    node.disk.crash(random.fraction())
  }

  const world: QuorumWorld = {
    time,
    random,
    nodes,
    invariants,
    weather,
    trace,
    onJoining() {},
    cut: (from, to) => void cuts.add(`${from}-${to}`),
    heal: () => cuts.clear(),
    crash,
    start,
    async stop(node) {
      if (!node.isUp) return
      const { process } = node
      node.isUp = false
      await node.raft.stop()
      process.die()
    },
    replaceDisk(node) {
      if (node.isUp) return
      trace.push(`${time.nowMs().toFixed(2)} ${node.nodeId} gets an empty disk`)
      node.disk = newDisk()
      node.stored = undefined
      node.directoryId = directoryOf(node.nodeId, Number(node.directoryId.split('.')[1]) + 1)
    },
    leader: () =>
      nodes
        .filter(node => node.isUp && node.raft.leaderAndEpoch().leaderId === node.nodeId)
        .sort((a, b) => b.raft.leaderAndEpoch().epoch - a.raft.leaderAndEpoch().epoch)[0],
    write(text) {
      const leader = world.leader()
      if (leader === undefined) return
      const { epoch } = leader.raft.leaderAndEpoch()
      const value = `${text}#${writes++}`
      const offset = leader.raft.append([new TextEncoder().encode(value)], epoch)
      if (offset === undefined) return
      void leader.raft.whenCommitted(offset, epoch).then(committed => {
        if (committed) invariants.acknowledged(value)
      })
    },
    async converge(limitMs) {
      const up = () => nodes.filter(node => node.isUp)
      const isSame = () => {
        const [first, ...others] = up()
        if (first === undefined || world.leader() === undefined) return false
        const end = first.disk.open().endOffset
        const isEven = others.every(node => node.disk.open().endOffset === end && node.applied.endOffset === end)
        return isEven && first.applied.endOffset === end
      }
      return time.run(limitMs, isSame)
    },
  }
  return world
}
