import { plural } from '../../widgets/format.ts'
import { PartitionBadge } from '../../widgets/marks.tsx'
import styles from './topics.module.css'

/** Partitions that are drawn one by one; of more there are the sums alone. */
const drawnMax = 60

/** Where the replicas of a new topic would lie: preferred leader first, and how much each broker gets. */
export function ReplicaLayout({ replicas }: { readonly replicas: readonly (readonly number[])[] | null }) {
  return (
    <section aria-label="Replica layout" className={styles.form}>
      <div className={styles.sectionHead}>
        <h3>Replica layout</h3>
        <span className="muted">
          {replicas === null ? 'shown as soon as the cluster would take the topic' : brokerSums(replicas)}
        </span>
      </div>
      <div className={styles.layout} tabIndex={-1}>
        {replicas?.slice(0, drawnMax).map((ids, partition) => (
          <span key={`${partition}`} className={styles.placement}>
            <PartitionBadge partition={partition} />
            <Replicas ids={ids} />
          </span>
        ))}
        {replicas !== null && replicas.length > drawnMax && (
          <span className="muted">and {replicas.length - drawnMax} more like these</span>
        )}
      </div>
    </section>
  )
}

/** The preferred leader stands first and stands out. */
const Replicas = ({ ids: [leader, ...others] }: { readonly ids: readonly number[] }) => (
  <span>
    <b title="preferred leader">{leader}</b>
    {others.map(id => ` · ${id}`)}
  </span>
)

export function brokerSums(replicas: readonly (readonly number[])[]): string {
  const sums = new Map<number, { leads: number; holds: number }>()
  for (const ids of replicas)
    for (const [at, id] of ids.entries()) {
      const sum = sums.get(id) ?? { leads: 0, holds: 0 }
      sums.set(id, { leads: sum.leads + (at === 0 ? 1 : 0), holds: sum.holds + 1 })
    }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([id, { leads, holds }]) => `broker ${id} leads ${leads}, holds ${plural(holds, 'replica')}`)
    .join(' · ')
}
