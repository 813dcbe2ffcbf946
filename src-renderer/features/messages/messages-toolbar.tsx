import { Play, RotateCw } from 'lucide-react'
import { useNow } from '../../widgets/states.tsx'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Button, IconButton } from '../../widgets/button.tsx'
import { formatAgo } from '../../widgets/format.ts'
import { Grow } from '../../widgets/layout.tsx'
import { ReadFields } from './read-fields.tsx'
import type { ReadFieldsProps } from './read-fields.tsx'
import type { ReadContext } from './read-context.ts'
import type { StartChoice } from './start-choice.ts'
import { StartFields } from './start-fields.tsx'
import { TransferMenu } from './transfer/transfer-menu.tsx'
import styles from './messages.module.css'

export interface MessagesToolbarProps {
  readonly context: ReadContext
  readonly choice: StartChoice
  readonly onChoice: (choice: StartChoice) => void
  readonly onReload: () => void
  readonly reading: ReadFieldsProps
}

export function MessagesToolbar({ context, choice, onChoice, onReload, reading }: MessagesToolbarProps) {
  const isLive = choice.kind === 'live'
  return (
    <div className={styles.toolbar} role="group" aria-label="What is read">
      <StartFields choice={choice} onChange={onChoice} />
      <IconButton label="Read again" onClick={onReload}>
        <RotateCw aria-hidden />
      </IconButton>
      {choice.kind === 'time' && choice.timestampMs !== null && <Ago timestampMs={choice.timestampMs} />}
      <Grow />
      <ReadFields {...reading} />
      <Button isPressed={isLive} onClick={() => onChoice({ ...choice, kind: isLive ? 'newest' : 'live' })}>
        <Play aria-hidden /> Live
      </Button>
      <TransferMenu context={context} />
    </div>
  )
}

function Ago({ timestampMs }: { readonly timestampMs: number }) {
  const zone = useTimeZone()
  const nowMs = useNow(10_000)
  return (
    <span className={styles.understood}>
      {zone} · {formatAgo(timestampMs, nowMs)}
    </span>
  )
}
