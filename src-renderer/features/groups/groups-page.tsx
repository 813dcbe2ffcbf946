import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function GroupsPage(_props: { readonly connection: string }) {
  return (
    <Page label="Groups">
      <EmptyState title="Groups" />
    </Page>
  )
}
