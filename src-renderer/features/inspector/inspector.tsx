import { EmptyState } from '../../widgets/states.tsx'

export interface InspectorProps {
  readonly connection: string
  readonly topic: string
  readonly record: { readonly partition: number; readonly offset: number }
  readonly onClose: () => void
}

export function Inspector(_props: InspectorProps) {
  return (
    <section aria-label="Inspector">
      <EmptyState title="Inspector" />
    </section>
  )
}
