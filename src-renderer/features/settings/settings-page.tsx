import { EmptyState } from '../../widgets/states.tsx'
import { Page } from '../../widgets/layout.tsx'

export function SettingsPage(_props: Record<string, never>) {
  return (
    <Page label="Settings">
      <EmptyState title="Settings" />
    </Page>
  )
}
