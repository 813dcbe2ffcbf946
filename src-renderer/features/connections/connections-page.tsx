import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function ConnectionsPage(_props: Record<string, never>) {
  return (
    <Page label="Connections">
      <EmptyState title="Connections" />
    </Page>
  )
}
