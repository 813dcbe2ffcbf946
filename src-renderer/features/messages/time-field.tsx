import { useState } from 'react'
import { CalendarDays } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { IconButton } from '../../widgets/button.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { formatAgo } from '../../widgets/format.ts'
import { useNow } from '../../widgets/states.tsx'
import { formatTime } from '../../widgets/time.ts'
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
  const nowMs = useNow(5_000)
  const [text, setText] = useState<string | null>(null)
  const shown = text ?? (timestampMs === null ? '' : formatTime(timestampMs, zone))
  const typed = text === null ? undefined : parseTime(text, zone, nowMs)
  const apply = (ms: number) => {
    setText(null)
    onApply(ms)
  }
  return (
    <>
      <div className={styles.timeField}>
        <TextField
          label={label}
          hideLabel
          mono
          placeholder="2026-11-20 14:03 or -15m"
          value={shown}
          onChange={setText}
          aria-invalid={typed !== undefined && 'problem' in typed}
          onKeyDown={event => {
            if (event.key !== 'Enter') return
            const parsed = parseTime(shown, zone, Date.now())
            if ('timestampMs' in parsed) apply(parsed.timestampMs)
          }}
        />
      </div>
      <Calendar label={label} zone={zone} timestampMs={timestampMs ?? nowMs} onApply={apply} />
      {typed !== undefined && (
        <span className={styles.understood} role="status">
          {'problem' in typed
            ? typed.problem
            : `${formatTime(typed.timestampMs, zone)} ${zone} · ${formatAgo(typed.timestampMs, nowMs)} · Enter`}
        </span>
      )}
    </>
  )
}

function Calendar(props: TimeFieldProps & { readonly zone: string }) {
  const { label, zone, timestampMs } = props
  const local = formatTime(timestampMs ?? 0, zone)
    .slice(0, 19)
    .replace(' ', 'T')
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton label={`Calendar for ${label}`}>
          <CalendarDays aria-hidden />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={styles.calendar} sideOffset={4} align="start">
          <TextField
            label={`Date and time in ${zone}`}
            type="datetime-local"
            step={1}
            value={local}
            onChange={text => {
              const parsed = parseTime(text, zone, Date.now())
              if ('timestampMs' in parsed) props.onApply(parsed.timestampMs)
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
