import { memo } from 'react'
import { Play, RotateCw } from 'lucide-react'
import { useNow } from '../../widgets/states.tsx'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Button, IconButton } from '../../widgets/button.tsx'
import { formatAgo } from '../../widgets/format.ts'
import { Grow } from '../../widgets/layout.tsx'
import { ReadFields } from './read-fields.tsx'
import type { DecoderChoices } from '../../places/decoder-choice.ts'
import type { RowFormats } from './row-formats.ts'
import type { ReadContext } from './read-context.ts'
import type { StartChoice } from './start-choice.ts'
import type { Reading } from './use-reading.ts'
import { StartFields } from './start-fields.tsx'
import { TransferMenu } from './transfer/transfer-menu.tsx'
import styles from './messages.module.css'

export interface MessagesToolbarProps {
  readonly context: ReadContext
  readonly choice: StartChoice
  readonly onChoice: (choice: StartChoice) => void
  readonly reading: Reading
  readonly partitionCount: number
  readonly decoders: DecoderChoices
  readonly onDecoders: (decoders: DecoderChoices) => void
  readonly formats: RowFormats
}

export const MessagesToolbar = memo(function MessagesToolbar(props: MessagesToolbarProps) {
  const { context, choice, onChoice, reading, partitionCount, decoders, onDecoders, formats } = props
  const isLive = choice.kind === 'live'
  return (
    <div className={styles.toolbar} role="group" aria-label="What is read">
      <StartFields choice={choice} onChange={onChoice} />
      <IconButton label="Read again" onClick={reading.readAgain}>
        <RotateCw aria-hidden />
      </IconButton>
      {choice.kind === 'time' && choice.timestampMs !== null && <Ago timestampMs={choice.timestampMs} />}
      <Grow />
      <ReadFields {...{ ...reading, partitionCount, decoders, onDecoders, formats }} />
      <Button isPressed={isLive} onClick={() => onChoice(isLive ? { ...choice, kind: 'newest' } : { ...choice, kind: 'live' })}>
        <Play aria-hidden /> Live
      </Button>
      <TransferMenu context={context} />
    </div>
  )
})

function Ago({ timestampMs }: { readonly timestampMs: number }) {
  const zone = useTimeZone()
  const nowMs = useNow(10_000)
  return (
    <span className={styles.understood}>
      {zone} · {formatAgo(timestampMs, nowMs)}
    </span>
  )
}
