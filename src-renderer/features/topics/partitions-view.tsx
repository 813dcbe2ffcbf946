import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function PartitionsView(_props: { readonly connection: string; readonly topic: string }) {
  return (
    <Page label="Partitions">
      <EmptyState title="Partitions" />
    </Page>
  )
}
