import type { QuorumMember, QuorumView } from '../../../src-main/contract/views/cluster.ts'

export interface QuorumRow extends Omit<QuorumMember, 'lag' | 'logEndOffset'> {
  readonly role: 'leader' | 'voter' | 'observer'
  /** Null: the leader does not know it. */
  readonly logEndOffset: number | null
  readonly lag: number | null
}

/** Leader first, then the other voters, then observers; by node id within. */
export function quorumRows(quorum: QuorumView): QuorumRow[] {
  const order = ['leader', 'voter', 'observer']
  const row = (member: QuorumMember, role: QuorumRow['role']): QuorumRow => ({
    ...member,
    role: member.nodeId === quorum.leaderId ? 'leader' : role,
    logEndOffset: known(member.logEndOffset),
    lag: known(member.lag),
  })
  return [...quorum.voters.map(it => row(it, 'voter')), ...quorum.observers.map(it => row(it, 'observer'))].sort(
    (a, b) => order.indexOf(a.role) - order.indexOf(b.role) || a.nodeId - b.nodeId,
  )
}

const known = (offset: number): number | null => (offset < 0 ? null : offset)
