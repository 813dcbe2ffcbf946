import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function ConsumersView(_props: { readonly connection: string; readonly topic: string }) {
  return (
    <Page label="Consumers">
      <EmptyState title="Consumers" />
    </Page>
  )
}
