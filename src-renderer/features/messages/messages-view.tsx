import type { TopicStart } from '../../places/place.ts'
import { EmptyState } from '../../widgets/states.tsx'

export interface MessagesViewProps {
  readonly connection: string
  readonly topic: string
  /** Opened at this place; undefined: the newest. */
  readonly at: TopicStart | undefined
  /** Rows that the person chose, for the inspector beside; the last is the one looked at. */
  readonly onInspect: (record: { readonly partition: number; readonly offset: number } | null) => void
}

export function MessagesView(_props: MessagesViewProps) {
  return <EmptyState title="Messages" />
}
