import { useReadOnlyReason } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Button } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { EmptyState, FailureState, Skeleton } from '../../widgets/states.tsx'
import { zonedNote } from './note-line.tsx'
import type { ReadContext } from './read-context.ts'
import type { ScanResult } from './scan/scan-bar.tsx'
import type { StartKind } from './start-choice.ts'
import type { Live } from './use-live.ts'
import type { OpenSession } from './use-session.ts'

export interface NoRowsProps {
  readonly context: ReadContext
  readonly session: OpenSession
  readonly isReading: boolean
  /** Rows before the filter. */
  readonly loaded: number
  readonly scan: ScanResult | null
  readonly live: Live | null
  readonly onStart: (kind: StartKind) => void
  readonly onFilter: (filter: string) => void
}

/** Why there is no row, and what to do about it. */
export function NoRows(props: NoRowsProps) {
  const { session, live, scan, loaded } = props
  if (loaded > 0) return <NoneMatches {...props} />
  if (live !== null)
    return (
      <EmptyState title={live.buffer.isReady ? 'Waiting for new records' : 'Starting…'}>
        Whatever is written from now on appears here.
      </EmptyState>
    )
  if (scan !== null) return <EmptyState title={scan.isRunning ? 'Nothing found yet' : 'Nothing found'} />
  if (session.failure !== null) return <FailureState failure={session.failure} onRetry={session.retry} />
  if (session.isLoading || session.session === null) return <Skeleton lines={14} />
  return <NothingThere {...props} />
}

const NoneMatches = ({ loaded, onFilter }: NoRowsProps) => (
  <EmptyState
    title={`None of the ${plural(loaded, 'loaded row')} matches`}
    actions={<Button onClick={() => onFilter('')}>Clear the filter</Button>}
  >
    The scan box beside the filter looks through the whole topic.
  </EmptyState>
)

function NothingThere({ session, context, onStart }: NoRowsProps) {
  const readOnlyReason = useReadOnlyReason(context.connection)
  const zone = useTimeZone()
  const { connection, topic } = context
  const newest = <Button onClick={() => onStart('newest')}>Show the newest</Button>
  const note = session.session?.note ?? null
  if (note !== null) return <EmptyState title={zonedNote(note, zone)} actions={newest} />
  if ((session.session?.recordsAtMost ?? 0) > 0)
    return (
      <EmptyState title="Nothing to show here" actions={newest}>
        Everything in this range is hidden by the isolation, or was compacted away.
      </EmptyState>
    )
  return (
    <EmptyState
      title={`${topic} is empty`}
      actions={
        <Button tone="primary" disabledReason={readOnlyReason} onClick={() => openPlace({ kind: 'produce', connection, topic })}>
          Produce a record
        </Button>
      }
    >
      Nothing was written to it, or everything was removed by its retention.
    </EmptyState>
  )
}
