import { useState } from 'react'
import { CalendarDays } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { IconButton } from '../../widgets/button.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { formatAgo } from '../../widgets/format.ts'
import { useNow } from '../../widgets/states.tsx'
import { formatTime } from '../../widgets/time.ts'
import { Calendar } from './calendar.tsx'
import { parseTime } from '../../widgets/time-input.ts'
import styles from './messages.module.css'

export interface TimeFieldProps {
  readonly label: string
  readonly timestampMs: number | null
  readonly onApply: (timestampMs: number) => void
}

/** A time as people write it, or from a calendar; Enter applies, and how it was understood stands beside it. */
export function TimeField({ label, timestampMs, onApply }: TimeFieldProps) {
  const zone = useTimeZone()
  const [text, setText] = useState<string | null>(null)
  const [isOpen, setOpen] = useState(false)
  const shown = text ?? (timestampMs === null ? '' : formatTime(timestampMs, zone))
  const apply = (ms: number) => {
    setText(null)
    setOpen(false)
    onApply(ms)
  }
  const onEnter = () => {
    const parsed = parseTime(shown, zone, Date.now())
    if ('timestampMs' in parsed) apply(parsed.timestampMs)
  }
  return (
    <>
      <div className={styles.timeField}>
        <TextField
          label={label}
          hideLabel
          mono
          placeholder="2026-11-20 14:03 or -15m"
          title={`A time in ${zone}, ISO 8601, seconds or milliseconds since 1970, or -15m`}
          value={shown}
          onChange={setText}
          onKeyDown={event => {
            if (event.key === 'Enter') onEnter()
            else if (event.key === 'Escape') setText(null)
          }}
        />
      </div>
      <Popover.Root open={isOpen} onOpenChange={setOpen}>
        <Popover.Trigger asChild>
          <IconButton label={`Calendar for ${label}`}>
            <CalendarDays aria-hidden />
          </IconButton>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className={styles.popover} sideOffset={4} align="start" aria-label={`Calendar for ${label}`}>
            <Calendar timestampMs={timestampMs} zone={zone} onChoose={apply} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {text !== null && <Understood text={text} zone={zone} />}
    </>
  )
}

function Understood({ text: typedText, zone }: { readonly text: string; readonly zone: string }) {
  const nowMs = useNow(1_000)
  const typed = parseTime(typedText, zone, nowMs)
  if ('problem' in typed)
    return (
      <span className="bad cut" role="alert">
        {typed.problem}
      </span>
    )
  const text = `${formatTime(typed.timestampMs, zone)} ${zone} · ${formatAgo(typed.timestampMs, nowMs)}`
  return (
    <span className={styles.understood} role="status" title={text}>
      {text}
      {typed.note !== null && <span className="warn"> · {typed.note}</span>} · Enter
    </span>
  )
}
