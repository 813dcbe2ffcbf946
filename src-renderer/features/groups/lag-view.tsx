import { useMemo } from 'react'
import type { GroupDetail, RebalanceEvent } from '../../../src-main/contract/views/groups.ts'
import { formatCount, formatDuration, formatRate, unknownText } from '../../widgets/format.ts'
import { Figure, Scroll } from '../../widgets/layout.tsx'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { EmptyState } from '../../widgets/states.tsx'
import { Trend } from './group-columns.tsx'
import { LagCard } from './lag-card.tsx'
import { partitionGrowth } from './lag-feed.ts'
import type { LagFeed } from './lag-feed.ts'
import { lagTone, placeText } from './lag-text.ts'
import { partitionColumns, partitionRows } from './partition-columns.tsx'
import { whyBehind } from './why.ts'
import type { CommitTrack } from './why.ts'
import styles from './groups.module.css'

interface LagViewProps {
  readonly connection: string
  readonly detail: GroupDetail
  readonly feed: LagFeed
  readonly commits: CommitTrack
  readonly rebalances: readonly RebalanceEvent[]
}

export function LagView({ connection, detail, feed, commits, rebalances }: LagViewProps) {
  const growth = useMemo(() => partitionGrowth(feed.history), [feed.history])
  const rows = useMemo(() => partitionRows(detail, growth), [detail, growth])
  return (
    <Scroll>
      <div className={styles.content}>
        <LagFigures detail={detail} feed={feed} commits={commits} />
        <LagCard connection={connection} group={detail.summary.group} feed={feed} rebalances={rebalances} />
        <div className={styles.tableCard}>
          <DataTable
            name="Partitions of the group"
            rowNoun="partition"
            rows={rows}
            columns={partitionColumns}
            rowKey={placeText}
            storageKey="group-partitions"
            isFitted
            empty={<EmptyState title="No partition">Nothing is committed, and nothing is assigned to a member.</EmptyState>}
          />
        </div>
      </div>
    </Scroll>
  )
}

function LagFigures({ detail, feed, commits }: Pick<LagViewProps, 'detail' | 'feed' | 'commits'>) {
  const sample = feed.history?.samples.at(-1) ?? null
  const { summary, partitions } = detail
  const totalLag = summary.totalLag
  const growth = summary.lagGrowthPerSecond
  const oldest = partitions.reduce<(typeof partitions)[number] | undefined>(
    (most, it) => ((it.lagMs ?? 0) > (most?.lagMs ?? 0) ? it : most),
    undefined,
  )
  const why = whyBehind({ detail, sample, commits })
  const lagMs = summary.lagMs ?? oldest?.lagMs ?? null
  return (
    <div className={styles.figures}>
      <Figure
        label="Records behind"
        value={formatCount(totalLag)}
        tone={lagTone(totalLag, lagMs)}
        note={<Trend totalLag={totalLag} growthPerSecond={growth} />}
      />
      <Figure
        label="Oldest unread"
        value={totalLag === 0 ? 'none' : formatDuration(lagMs)}
        tone={lagMs === null ? undefined : lagTone(totalLag, lagMs)}
        note={oldestNote(totalLag, lagMs, oldest)}
      />
      <Figure
        label="Read / written"
        value={`${perSecond(sample?.committedPerSecond)} / ${perSecond(sample?.appendedPerSecond)}`}
        note="per second, by offsets"
      />
      <Figure
        label="Why"
        value={<span title={why.title}>{why.title}</span>}
        note={<span title={`${why.note}. ${notTold}`}>{why.note}</span>}
        tone={why.tone}
      />
    </div>
  )
}

function oldestNote(totalLag: number | null, lagMs: number | null, oldest: GroupDetail['partitions'][number] | undefined) {
  if (totalLag === 0) return 'everything is read'
  if (lagMs === null) return 'not known: from before this app watched'
  return oldest === undefined ? unknownText : placeText(oldest)
}

/** Said beside every reason: it is drawn from offsets and assignments alone. */
const notTold = 'How often a member polls, and what it does in between, no broker tells.'

const perSecond = (rate: number | null | undefined): string => formatRate(rate ?? null).replace('/s', '')
