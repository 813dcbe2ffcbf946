import { Dialog } from '../../../widgets/dialog.tsx'

export function ResetDialog(props: { readonly connection: string; readonly group: string; readonly onClose: () => void }) {
  return (
    <Dialog title={`Reset offsets of ${props.group}`} isOpen onClose={props.onClose}>
      <p>{props.connection}</p>
    </Dialog>
  )
}
