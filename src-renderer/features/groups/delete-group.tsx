import { bridge } from '../../bridge/bridge.ts'
import { ConfirmDialog } from '../../widgets/confirm.tsx'
import { toast } from '../../widgets/toasts.ts'

export function DeleteGroup(props: {
  readonly connection: string
  readonly group: string
  readonly onClose: () => void
  readonly onDeleted: () => void
}) {
  const { connection, group } = props
  return (
    <ConfirmDialog
      title="Delete group"
      isOpen
      onClose={props.onClose}
      action="Delete group"
      run={async () => {
        await bridge.call('groups.delete', { connection, group })
        toast({ level: 'info', title: `Deleted ${group}`, detail: '' })
        props.onDeleted()
      }}
    >
      <p>
        The group <b className="mono">{group}</b> and all its committed offsets are removed. No record is touched. A consumer that
        comes back under this name starts where its <code>auto.offset.reset</code> says.
      </p>
      <p className="muted">A group that has members is refused by the broker: stop them first.</p>
    </ConfirmDialog>
  )
}
