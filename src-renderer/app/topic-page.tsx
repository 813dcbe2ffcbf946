import { useState } from 'react'
import type { OutputOf } from '../../src-main/contract/contract.ts'
import { useCall } from '../bridge/use-call.ts'
import { Inspector } from '../features/inspector/inspector.tsx'
import { MessagesView } from '../features/messages/messages-view.tsx'
import { ConfigView } from '../features/topics/config-view.tsx'
import { ConsumersView } from '../features/topics/consumers-view.tsx'
import { PartitionsView } from '../features/topics/partitions-view.tsx'
import { useReadOnlyReason } from '../places/connections.ts'
import { placeId } from '../places/place.ts'
import type { Place, TopicView } from '../places/place.ts'
import { closeTab, openPlace } from '../places/tabs.ts'
import { Button } from '../widgets/button.tsx'
import { formatBytes, plural } from '../widgets/format.ts'
import { Bar, Grow, Page, Title } from '../widgets/layout.tsx'
import { Chip } from '../widgets/marks.tsx'
import { Banner } from '../widgets/states.tsx'
import { SubTabs } from '../widgets/tabs.tsx'
import { SplitBelow } from './split-below.tsx'

type TopicPlace = Extract<Place, { kind: 'topic' }>

const views: readonly { readonly value: TopicView; readonly label: string }[] = [
  { value: 'messages', label: 'Messages' },
  { value: 'partitions', label: 'Partitions' },
  { value: 'consumers', label: 'Consumers' },
  { value: 'config', label: 'Config' },
]

/** One topic: its head, and one of its views. */
export function TopicPage({ place }: { readonly place: TopicPlace }) {
  const { connection, topic, view } = place
  const detail = useCall('topics.detail', { connection, topic }, { refreshMs: 5_000 })
  return (
    <Page label={topic}>
      <Bar>
        <Title>{topic}</Title>
        <TopicFacts detail={detail.data} />
        <Grow />
        <SubTabs label="Views of the topic" tabs={views} value={view} onChange={next => openPlace({ ...place, view: next })} />
        <Button
          tone="primary"
          disabledReason={useReadOnlyReason(connection)}
          onClick={() => openPlace({ kind: 'produce', connection, topic })}
        >
          Produce
        </Button>
      </Bar>
      {detail.failure?.code === 'NOT_FOUND' && <TopicGone place={place} />}
      {view === 'messages' && <Messages place={place} />}
      {view === 'partitions' && <PartitionsView connection={connection} topic={topic} />}
      {view === 'consumers' && <ConsumersView connection={connection} topic={topic} />}
      {view === 'config' && <ConfigView connection={connection} topic={topic} />}
    </Page>
  )
}

/** Deleted by whomever while its tab is open, or named by an old link. */
const TopicGone = ({ place }: { readonly place: TopicPlace }) => (
  <Banner tone="bad" actions={<Button onClick={() => closeTab(placeId(place))}>Close this tab</Button>}>
    There is no topic “{place.topic}” in this cluster now: it was deleted, or never was here. What was read of it stays on the
    screen.
  </Banner>
)

function TopicFacts({ detail: data }: { readonly detail: OutputOf<'topics.detail'> | undefined }) {
  if (data === undefined) return null
  return (
    <>
      <Chip>{plural(data.partitionCount, 'partition')}</Chip>
      <Chip>RF {data.replicationFactor}</Chip>
      {data.internal && <Chip>internal</Chip>}
      <span className="muted cut">
        {data.records === null ? 'unknown records' : plural(data.records, 'record')} · {formatBytes(data.sizeBytes)}
      </span>
    </>
  )
}

function Messages({ place }: { readonly place: TopicPlace }) {
  const { connection, topic, at } = place
  const [record, setRecord] = useState<{ partition: number; offset: number } | null>(null)
  return (
    <SplitBelow
      storageKey="inspector"
      top={<MessagesView key={JSON.stringify(at ?? null)} connection={connection} topic={topic} at={at} onInspect={setRecord} />}
      bottom={
        record === null ? null : (
          <Inspector connection={connection} topic={topic} record={record} onClose={() => setRecord(null)} />
        )
      }
    />
  )
}
