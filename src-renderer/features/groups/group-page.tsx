import { useEffect, useState } from 'react'
import { RefreshCw } from 'lucide-react'
import type { GroupDetail } from '../../../src-main/contract/views/groups.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { placeId } from '../../places/place.ts'
import { closeTab } from '../../places/tabs.ts'
import { Button, IconButton } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { Bar, Grow, Page, Title } from '../../widgets/layout.tsx'
import { Chip, Status } from '../../widgets/marks.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { Loaded, MissingBanner } from '../../widgets/states.tsx'
import { SubTabs } from '../../widgets/tabs.tsx'
import type { TabItem } from '../../widgets/tabs.tsx'
import { DeleteGroup } from './delete-group.tsx'
import { stateText, stateTone } from './lag-text.ts'
import { LagView } from './lag-view.tsx'
import { MembersView } from './members-view.tsx'
import { OffsetsView } from './offsets-view.tsx'
import { RebalancesView, useRebalances } from './rebalances-view.tsx'
import { ResetDialog } from './reset/reset-dialog.tsx'
import { PausedShopBanner } from './shop-readers.tsx'
import { useLagFeed } from './use-lag-feed.ts'
import { trackCommits } from './why.ts'
import type { CommitTrack } from './why.ts'

const refreshMs = 2_000

type View = 'lag' | 'members' | 'rebalances' | 'offsets'

/** One group: its head, and one of its views. Looking joins it not, and commits nothing. */
export function GroupPage({ connection, group }: { readonly connection: string; readonly group: string }) {
  const [view, setView] = useState<View>('lag')
  const [doing, setDoing] = useState<'reset' | 'delete' | null>(null)
  const state = useCall('groups.detail', { connection, group }, { refreshMs })
  const feed = useLagFeed(connection, group)
  const rebalances = useRebalances(connection, group)
  const commits = useCommitTrack(state.data)
  const close = () => setDoing(null)
  return (
    <Page label={group === '' ? '(empty group id)' : group}>
      <Bar>
        <Title>{group === '' ? '(empty group id)' : group}</Title>
        {state.data !== undefined && <HeadFacts detail={state.data} />}
        <Grow />
        <SubTabs label="Views of the group" tabs={tabsOf(state.data, rebalances.events.length)} value={view} onChange={setView} />
        <Button onClick={() => setDoing('reset')}>Reset offsets…</Button>
        <MoreMenu connection={connection} onReload={() => void state.reload()} onDelete={() => setDoing('delete')} />
      </Bar>
      <Loaded state={state} lines={10}>
        {detail => (
          <>
            <MissingBanner missing={detail.missing} />
            <PausedShopBanner connection={connection} group={group} />
            {view === 'lag' && <LagView {...{ connection, detail, feed, commits }} rebalances={rebalances.events} />}
            {view === 'members' && <MembersView detail={detail} />}
            {view === 'rebalances' && <RebalancesView {...rebalances} />}
            {view === 'offsets' && <OffsetsView detail={detail} />}
          </>
        )}
      </Loaded>
      {doing === 'reset' && <ResetDialog connection={connection} group={group} onClose={close} />}
      {doing === 'delete' && (
        <DeleteGroup
          connection={connection}
          group={group}
          onClose={close}
          onDeleted={() => closeTab(placeId({ kind: 'group', connection, group }))}
        />
      )}
    </Page>
  )
}

const tabsOf = (detail: GroupDetail | undefined, rebalanceCount: number): readonly TabItem<View>[] => [
  { value: 'lag', label: 'Lag' },
  { value: 'members', label: 'Members', ...(detail === undefined ? {} : { count: detail.members.length }) },
  { value: 'rebalances', label: 'Rebalances', ...(rebalanceCount === 0 ? {} : { count: rebalanceCount }) },
  { value: 'offsets', label: 'Offsets' },
]

function HeadFacts({ detail }: { readonly detail: GroupDetail }) {
  const { summary, members, epoch, assignor } = detail
  const facts = [
    plural(members.length, 'member'),
    ...(summary.coordinatorId === null ? [] : [`coordinator ${summary.coordinatorId}`]),
    ...(epoch === null ? [] : [`epoch ${epoch}`]),
    ...(assignor === null ? [] : [`assignor ${assignor}`]),
  ]
  return (
    <>
      <Chip>
        <Status tone={stateTone(summary.state)}>{stateText(summary.state)}</Status>
      </Chip>
      <Chip>{summary.type} protocol</Chip>
      <span className="muted cut">{facts.join(' · ')}</span>
    </>
  )
}

function MoreMenu(props: { readonly connection: string; readonly onReload: () => void; readonly onDelete: () => void }) {
  const readOnly = useReadOnlyReason(props.connection)
  return (
    <>
      <IconButton label="Refresh" onClick={props.onReload}>
        <RefreshCw aria-hidden />
      </IconButton>
      <Menu align="end" entries={[{ label: 'Delete group…', tone: 'danger', disabledReason: readOnly, run: props.onDelete }]}>
        <IconButton label="More">⋮</IconButton>
      </Menu>
    </>
  )
}

/** Watches since when commits stand still, from answer to answer. */
function useCommitTrack(detail: GroupDetail | undefined): CommitTrack {
  const [commits, setCommits] = useState<CommitTrack>(new Map())
  useEffect(() => {
    if (detail !== undefined) setCommits(before => trackCommits(before, detail))
  }, [detail])
  return commits
}
