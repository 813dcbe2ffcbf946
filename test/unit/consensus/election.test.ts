import { describe, expect, it } from 'vitest'
import { createRaftNode } from '../../../broker-core/consensus/node.ts'
import { PeerFailure } from '../../../broker-core/consensus/ports.ts'
import type { QuorumCode } from '../../simulation/quorum/build-mutant.ts'
import { quorumWorld } from '../../simulation/quorum/quorum-world.ts'

/** A started quorum with a leader. */
async function led(seed: number, voters = 3, observers = 0) {
  const world = quorumWorld({ seed, voters, observers })
  for (const node of world.nodes) world.start(node)
  expect(await world.time.run(3000, () => world.leader() !== undefined)).toBe(true)
  return world
}

type NodeOptions = Parameters<QuorumCode['createRaftNode']>[0]

/** Nodes that meet their peers otherwise. */
const withPeers = (changed: (options: NodeOptions) => Partial<NodeOptions['peers']>): QuorumCode => ({
  PeerFailure,
  createRaftNode: options => createRaftNode({ ...options, peers: { ...options.peers, ...changed(options) } }),
})

describe('the quorum', () => {
  it('elects one leader of three fresh voters within 200 ms', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = await led(seed)
      expect(world.time.nowMs()).toBeLessThan(200)
    }
  })

  it('a single voter leads at once', async () => {
    const world = await led(1, 1)
    world.write('alone')
    expect(await world.converge(100)).toBe(true)
    expect(world.nodes[0]?.applied.values).toEqual(['alone#0'])
  })

  it('commits what the leader appends and hands it to voters and observers', async () => {
    const world = await led(2, 3, 1)
    for (let n = 0; n < 10; n++) world.write('value')
    expect(await world.converge(3000)).toBe(true)
    for (const node of world.nodes) expect(node.applied.values).toHaveLength(10)
    world.invariants.checkAcknowledged()
  })

  it('a follower takes over when the leader crashes, and nothing committed is lost', async () => {
    const world = await led(3)
    world.write('before')
    await world.converge(1000)
    const old = world.leader()
    if (old === undefined) throw new Error('no leader')
    world.crash(old)
    expect(await world.time.run(3000, () => world.leader() !== undefined)).toBe(true)
    world.write('after')
    await world.converge(3000)
    world.start(old)
    expect(await world.converge(3000)).toBe(true)
    for (const node of world.nodes) expect(node.applied.values.map(value => value.split('#')[0])).toEqual(['before', 'after'])
  })

  it('a leader that stops cleanly is followed within 100 ms', async () => {
    const world = await led(4)
    const old = world.leader()
    if (old === undefined) throw new Error('no leader')
    void world.stop(old)
    const stoppedAtMs = world.time.nowMs()
    expect(await world.time.run(3000, () => world.leader() !== undefined)).toBe(true)
    expect(world.time.nowMs() - stoppedAtMs).toBeLessThan(100)
  })

  it('KIP-853: an observer whose leader is gone asks the others at once who leads, as a voter does', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const world = await led(seed, 3, 1)
      await world.converge(1000)
      const old = world.leader()
      const observer = world.nodes.find(node => node.nodeId >= 100)
      if (old === undefined || observer === undefined) throw new Error('no leader')
      world.crash(old)
      expect(await world.time.run(3000, () => world.leader() !== undefined)).toBe(true)
      const { leaderId } = world.leader()?.raft.leaderAndEpoch() ?? {}
      const ledAtMs = world.time.nowMs()
      expect(await world.time.run(3000, () => observer.raft.leaderAndEpoch().leaderId === leaderId)).toBe(true)
      expect(world.time.nowMs() - ledAtMs).toBeLessThan(400)
    }
  })

  it('a leader cut off from the majority resigns', async () => {
    const world = await led(5)
    const old = world.leader()
    if (old === undefined) throw new Error('no leader')
    for (const node of world.nodes) {
      world.cut(node.nodeId, old.nodeId)
      world.cut(old.nodeId, node.nodeId)
    }
    await world.time.run(3000)
    expect(old.raft.leaderAndEpoch().leaderId).not.toBe(old.nodeId)
    expect(world.leader()).toBeDefined()
  })

  it('KIP-595: a leader that is heard, but can not be fetched from, is followed by one that can', async () => {
    let tookMs = 0
    for (let seed = 1; seed <= 10; seed++) {
      const world = await led(seed)
      await world.converge(1000)
      const old = world.leader()
      if (old === undefined) throw new Error('no leader')
      for (const node of world.nodes) world.cut(node.nodeId, old.nodeId)
      const cutAtMs = world.time.nowMs()
      const isFollowed = () => world.nodes.some(node => node !== old && node.raft.leaderAndEpoch().leaderId === node.nodeId)
      expect(await world.time.run(5000, isFollowed)).toBe(true)
      tookMs += world.time.nowMs() - cutAtMs
    }
    // A fetch timeout and an election, not the 900 ms more that a leader waits for its majority.
    expect(tookMs / 10).toBeLessThan(1200)
  })

  it('a node that was cut off disturbs nobody when it returns (pre-vote)', async () => {
    const world = await led(6)
    await world.converge(1000)
    const leader = world.leader()
    const other = world.nodes.find(node => node !== leader)
    if (leader === undefined || other === undefined) throw new Error('no leader')
    const { epoch } = leader.raft.leaderAndEpoch()
    for (const node of world.nodes) {
      world.cut(node.nodeId, other.nodeId)
      world.cut(other.nodeId, node.nodeId)
    }
    await world.time.run(5000)
    world.heal()
    await world.time.run(2000)
    expect(world.leader()?.raft.leaderAndEpoch()).toEqual({ leaderId: leader.nodeId, epoch })
  })
})

describe('a follower that is refused by a leader that all others reach', () => {
  it('KIP-996: asks for votes less and less often', async () => {
    let refusesFrom = 0
    const code = withPeers(({ nodeId, peers }) => ({
      fetch: (to, request) =>
        nodeId === refusesFrom ? Promise.reject(new PeerFailure('disconnected', `node ${to}`)) : peers.fetch(to, request),
    }))
    const world = quorumWorld({ seed: 10, voters: 3, code })
    for (const node of world.nodes) world.start(node)
    expect(await world.time.run(3000, () => world.leader() !== undefined)).toBe(true)
    await world.converge(1000)
    const leader = world.leader()
    const other = world.nodes.find(node => node !== leader)
    if (leader === undefined || other === undefined) throw new Error('no leader')
    const { epoch } = leader.raft.leaderAndEpoch()
    refusesFrom = other.nodeId
    const from = world.trace.length
    await world.time.run(5000)
    const asked = world.trace.slice(from).filter(line => line.includes('"role":"prospective"')).length
    expect([asked > 3, asked < 30]).toEqual([true, true])
    refusesFrom = 0
    expect(await world.converge(3000)).toBe(true)
    expect(world.leader()?.raft.leaderAndEpoch()).toEqual({ leaderId: leader.nodeId, epoch })
  })
})

describe('a quorum with voters of older software', () => {
  it('KIP-996: elects its leader without pre-vote', async () => {
    const knowsNoPreVote = withPeers(({ peers }) => ({
      vote: (to, request) =>
        request.topics[0]?.partitions[0]?.preVote === true
          ? Promise.reject(new PeerFailure('unsupported', `node ${to}`))
          : peers.vote(to, request),
    }))
    const world = quorumWorld({ seed: 9, voters: 3, code: knowsNoPreVote })
    for (const node of world.nodes) world.start(node)
    expect(await world.time.run(5000, () => world.leader() !== undefined)).toBe(true)
    world.write('value')
    expect(await world.converge(3000)).toBe(true)
  })
})

describe('a node that was busy', () => {
  it('does not stand for election for what it had no time to read', async () => {
    const world = await led(7)
    await world.converge(1000)
    const leader = world.leader()
    const follower = world.nodes.find(node => node !== leader)
    if (leader === undefined || follower === undefined) throw new Error('no leader')
    const { epoch } = leader.raft.leaderAndEpoch()
    follower.process.pause()
    await world.time.run(5000)
    follower.process.resume()
    await world.time.run(3000)
    expect(
      world.trace.filter(line => line.includes(` ${follower.nodeId} debug raft.role`) && line.includes('prospective')).length,
    ).toBeLessThan(2)
    expect(world.leader()?.raft.leaderAndEpoch()).toEqual({ leaderId: leader.nodeId, epoch })
  })

  it('goes on leading after a pause that was too short for the others to notice', async () => {
    const world = await led(8)
    await world.converge(1000)
    const leader = world.leader()
    if (leader === undefined) throw new Error('no leader')
    const { epoch } = leader.raft.leaderAndEpoch()
    for (let n = 0; n < 10; n++) {
      leader.process.pause()
      await world.time.run(250)
      leader.process.resume()
      await world.time.run(400)
    }
    expect(world.leader()?.raft.leaderAndEpoch()).toEqual({ leaderId: leader.nodeId, epoch })
  })
})
