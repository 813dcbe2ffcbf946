import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function OverviewPage(_props: { readonly connection: string }) {
  return (
    <Page label="Overview">
      <EmptyState title="Overview" />
    </Page>
  )
}
