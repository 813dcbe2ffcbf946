import { useCallback, useState } from 'react'
import type { ClusterOverview, LocalClusterView } from '../../../src-main/contract/views/cluster.ts'
import type { MenuEntry } from '../../widgets/menu.tsx'
import type { BrokerRow } from './broker-rows.ts'
import { BrokersCard } from './brokers-card.tsx'
import { AddBroker, EmptyDialog, RetireDialog } from './member-dialogs.tsx'
import { useRetirements } from './retirements.ts'
import styles from './overview.module.css'

export interface LocalBrokersProps {
  readonly rows: readonly BrokerRow[]
  readonly local: LocalClusterView
  readonly overview: ClusterOverview | undefined
}

type Asked = { readonly deed: 'retire' | 'empty'; readonly brokerId: number }

/** The brokers of the embedded cluster, which can come, go and lose their disks. */
export function LocalBrokers({ rows, local, overview }: LocalBrokersProps) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const retirements = useRetirements()
  const moreActions = useCallback(
    (row: BrokerRow): readonly MenuEntry[] => {
      const { brokerId } = row
      const isVoter = row.local?.isVoter === true ? 'Voters of the metadata quorum stay for good.' : undefined
      return [
        { kind: 'separator' },
        {
          label: retirements[brokerId] === undefined ? 'Retire…' : 'Show how far it is retired…',
          hint: 'moves its replicas away first',
          disabledReason: isVoter,
          run: () => setAsked({ deed: 'retire', brokerId }),
        },
        {
          label: 'Empty its disk…',
          hint: 'it copies everything anew',
          tone: 'danger',
          run: () => setAsked({ deed: 'empty', brokerId }),
        },
      ]
    },
    [retirements],
  )
  const broker = overview?.brokers.find(one => one.brokerId === asked?.brokerId)
  const close = () => setAsked(null)
  return (
    <>
      <BrokersCard
        rows={rows}
        moreActions={moreActions}
        aside={
          <span className={styles.headAction}>
            <AddBroker disabledReason={local.state === 'running' ? undefined : `The cluster is ${local.state}.`} />
          </span>
        }
      />
      {asked?.deed === 'retire' && <RetireDialog brokerId={asked.brokerId} broker={broker} onClose={close} />}
      {asked?.deed === 'empty' && <EmptyDialog brokerId={asked.brokerId} broker={broker} onClose={close} />}
    </>
  )
}
