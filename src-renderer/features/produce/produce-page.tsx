import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function ProducePage(_props: { readonly connection: string; readonly topic: string }) {
  return (
    <Page label="Produce">
      <EmptyState title="Produce" />
    </Page>
  )
}
