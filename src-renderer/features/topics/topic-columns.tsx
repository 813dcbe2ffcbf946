import type { TopicSummary } from '../../../src-main/contract/views/topics.ts'
import { classes } from '../../widgets/classes.ts'
import { formatBytes, formatCount, formatDuration, formatRate, unknownText } from '../../widgets/format.ts'
import { Status } from '../../widgets/marks.tsx'
import type { Tone } from '../../widgets/marks.tsx'
import type { Column } from '../../widgets/table/column.ts'
import type { TopicRow } from './topic-rows.ts'

export const healths: Readonly<Record<TopicSummary['health'], { readonly word: string; readonly tone: Tone }>> = {
  ok: { word: 'healthy', tone: 'good' },
  'under-replicated': { word: 'under-replicated', tone: 'warn' },
  offline: { word: 'offline', tone: 'bad' },
}

export function retentionText({ cleanupPolicy, retentionMs }: TopicSummary): string {
  if (retentionMs === null) return unknownText
  if (cleanupPolicy !== null && !cleanupPolicy.includes('delete')) return 'by key'
  return retentionMs < 0 ? 'unlimited' : formatDuration(retentionMs)
}

export const topicColumns: readonly Column<TopicRow>[] = [
  {
    id: 'name',
    title: 'Name',
    widthPx: 160,
    grows: true,
    mono: true,
    value: row => row.topic.name,
    render: ({ topic }) => <span className={classes(topic.internal && 'muted')}>{topic.name}</span>,
  },
  number('partitions', 'Partitions', 76, row => row.topic.partitionCount, formatCount),
  number('replication', 'Replication', 84, row => row.topic.replicationFactor, formatCount),
  {
    ...number('records', 'Records', 92, row => row.topic.records, formatCount),
    hint: 'By offsets: end minus start of every partition. Compaction and transactions leave gaps, so there may be fewer.',
  },
  { ...number('size', 'Size', 74, row => row.topic.sizeBytes, formatBytes), hint: 'Bytes of the leaders’ replicas on disk.' },
  {
    ...number('rate', 'Rate in', 72, row => row.topic.recordsInPerSecond, formatRate),
    hint: 'Records appended per second, of late.',
  },
  { id: 'cleanup', title: 'Cleanup policy', widthPx: 104, value: row => row.topic.cleanupPolicy },
  {
    id: 'retention',
    title: 'Retention',
    widthPx: 82,
    align: 'end',
    value: row => row.topic.retentionMs,
    render: row => retentionText(row.topic),
  },
  {
    id: 'health',
    title: 'Health',
    widthPx: 120,
    value: row => healths[row.topic.health].word,
    render: ({ topic }) => {
      const { tone, word } = healths[topic.health]
      return (
        <Status tone={tone}>
          <span className={classes(tone !== 'good' && tone)}>{word}</span>
        </Status>
      )
    },
  },
  {
    ...number('groups', 'Groups', 62, row => row.groupCount, formatCount),
    hint: 'Groups that have committed offsets of this topic.',
  },
  {
    ...number('lag', 'Worst lag', 78, row => row.worstLag, formatCount),
    hint: 'Records that the group furthest behind has still to read.',
    render: row => (
      <span className={classes((row.worstLag ?? 0) > 0 && 'warn')} title={row.worstGroup ?? undefined}>
        {formatCount(row.worstLag)}
      </span>
    ),
  },
]

function number(
  id: string,
  title: string,
  widthPx: number,
  value: (row: TopicRow) => number | null,
  format: (value: number | null) => string,
): Column<TopicRow> {
  return { id, title, widthPx, align: 'end', mono: true, value, render: row => format(value(row)) }
}
