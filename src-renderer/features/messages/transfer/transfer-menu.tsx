import { useState } from 'react'
import { ArrowDownUp } from 'lucide-react'
import { useReadOnlyReason } from '../../../places/connections.ts'
import { IconButton } from '../../../widgets/button.tsx'
import { Menu } from '../../../widgets/menu.tsx'
import type { ReadContext } from '../read-context.ts'
import type { ScanFilter } from '../scan/filter-draft.ts'
import { scanKey, useScanRuns } from '../scan/scan-runs.ts'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'

export interface TransferMenuProps {
  readonly context: ReadContext
  /** Offered as what to export; left out: that of the topic's present scan. */
  readonly scanFilter?: ScanFilter | null
}

/** Records to a file on this machine, and back from one. */
export function TransferMenu({ context, scanFilter }: TransferMenuProps) {
  const [asked, ask] = useState<'export' | 'import' | null>(null)
  const { connection, topic } = context
  const scanned = useScanRuns(state => state.runs.get(scanKey(connection, topic))?.order.filter)
  const readOnlyReason = useReadOnlyReason(connection)
  const entries = [
    { label: 'Export…', run: () => ask('export') },
    { label: 'Import…', disabledReason: readOnlyReason, run: () => ask('import') },
  ]
  return (
    <>
      <Menu entries={entries} align="end">
        <IconButton label="Export and import" tone="plain">
          <ArrowDownUp aria-hidden />
        </IconButton>
      </Menu>
      {asked === 'export' && (
        <ExportDialog
          context={context}
          scanFilter={scanFilter === undefined ? (scanned ?? null) : scanFilter}
          onClose={() => ask(null)}
        />
      )}
      {asked === 'import' && <ImportDialog connection={connection} topic={topic} onClose={() => ask(null)} />}
    </>
  )
}
