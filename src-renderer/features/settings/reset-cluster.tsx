import { useState } from 'react'
import type { DataDirectorySize, LocalClusterView } from '../../../src-main/contract/views/cluster.ts'
import { bridge } from '../../bridge/bridge.ts'
import { Button } from '../../widgets/button.tsx'
import { ConfirmDialog } from '../../widgets/confirm.tsx'
import { formatBytes, plural } from '../../widgets/format.ts'
import { toast } from '../../widgets/toasts.ts'
import styles from './settings.module.css'

export interface ResetClusterProps {
  readonly local: LocalClusterView
  readonly size: DataDirectorySize | null
}

/** The way back to a first start. What the dialog says goes, goes; all else in the directory is no broker's and stays. */
export function ResetCluster({ local, size }: ResetClusterProps) {
  const [isOpen, setOpen] = useState(false)
  const name = folderName(local.dataDirectory)
  const run = async () => {
    await bridge.call('local.reset', { confirm: local.dataDirectory })
    toast({ level: 'info', title: 'A new cluster runs', detail: `in ${local.dataDirectory}` })
  }
  const bytes = size?.brokers.reduce((sum, broker) => sum + broker.bytes, 0)
  return (
    <>
      <Button tone="danger" onClick={() => setOpen(true)}>
        Reset…
      </Button>
      <ConfirmDialog
        title="Reset the embedded cluster"
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        action="Reset the cluster"
        typeToConfirm={name}
        run={run}
      >
        <div className={styles.paragraphs}>
          <p>
            Stops {plural(local.brokers.length, 'broker')}, removes all their files
            {bytes === undefined ? '' : ` (${formatBytes(bytes)})`} from <code>{local.dataDirectory}</code>, and starts a new
            cluster at the same addresses. This cannot be undone.
          </p>
          <p>
            Gone: every topic, record, group and offset, the settings of topics and brokers, the history of lag
            {addedText(local)}. Kept: your connections, schemas and preferences, the server properties chosen here, the audit
            list, and files that were exported.
          </p>
        </div>
      </ConfirmDialog>
    </>
  )
}

export const folderName = (path: string): string => path.split(/[\\/]/).findLast(part => part !== '') ?? path

function addedText({ brokers }: LocalClusterView): string {
  const added = brokers.filter(broker => !broker.isVoter).map(broker => broker.brokerId)
  return added.length === 0 ? '' : `, and ${added.length === 1 ? 'broker' : 'brokers'} ${added.join(', ')}, added later`
}
