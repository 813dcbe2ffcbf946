import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function GroupPage(_props: { readonly connection: string; readonly group: string }) {
  return (
    <Page label="Group">
      <EmptyState title="Group" />
    </Page>
  )
}
