import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function ConfigView(_props: { readonly connection: string; readonly topic: string }) {
  return (
    <Page label="Config">
      <EmptyState title="Config" />
    </Page>
  )
}
