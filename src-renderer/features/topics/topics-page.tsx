import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function TopicsPage(_props: { readonly connection: string }) {
  return (
    <Page label="Topics">
      <EmptyState title="Topics" />
    </Page>
  )
}
