import { useState } from 'react'
import type { KeyboardEvent } from 'react'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { Button, IconButton } from '../../widgets/button.tsx'
import { classes } from '../../widgets/classes.ts'
import { TextField } from '../../widgets/fields.tsx'
import { useNow } from '../../widgets/states.tsx'
import { formatTime } from '../../widgets/time.ts'
import { dayOf, daysOfMonth, momentOn, monthOf, monthsLater } from './calendar-days.ts'
import styles from './messages.module.css'

export interface CalendarProps {
  /** Null: today. */
  readonly timestampMs: number | null
  readonly zone: string
  readonly onChoose: (timestampMs: number) => void
}

const monthName = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const weekdays = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

/** A day and a time of day in the zone. A click on a day takes it; arrows move between days. */
export function Calendar({ timestampMs: given, zone, onChoose }: CalendarProps) {
  const nowMs = useNow(60_000)
  const timestampMs = given ?? nowMs
  const [month, setMonth] = useState(() => monthOf(timestampMs, zone))
  const [time, setTime] = useState(() => formatTime(timestampMs, zone, 'time').slice(0, 8))
  const [chosen, today] = [dayOf(timestampMs, zone), dayOf(nowMs, zone)]
  const choose = (day: string) => onChoose(momentOn(day, time, zone))
  return (
    <div className={styles.calendar}>
      <div className={styles.calendarHead}>
        <IconButton label="Month before" onClick={() => setMonth(monthsLater(month, -1))}>
          <ChevronLeft aria-hidden />
        </IconButton>
        <strong aria-live="polite">{monthName.format(Date.UTC(month.year, month.month - 1, 1))}</strong>
        <IconButton label="Month after" onClick={() => setMonth(monthsLater(month, 1))}>
          <ChevronRight aria-hidden />
        </IconButton>
      </div>
      <div className={styles.days} role="group" aria-label="Days" onKeyDown={moveFocus}>
        {weekdays.map(name => (
          <span key={name} className="faint" aria-hidden>
            {name}
          </span>
        ))}
        {daysOfMonth(month).map(day => (
          <button
            key={day}
            type="button"
            aria-label={day}
            aria-pressed={day === chosen}
            {...(day === today ? { 'aria-current': 'date' } : {})}
            className={classes(styles.day, Number(day.slice(5, 7)) !== month.month && styles.otherMonth)}
            onClick={() => choose(day)}
          >
            {Number(day.slice(8))}
          </button>
        ))}
      </div>
      <div className={styles.calendarFoot}>
        <TextField label={`Time of day in ${zone}`} mono value={time} onChange={setTime} />
        <Button tone="primary" onClick={() => choose(chosen)}>
          Go there
        </Button>
      </div>
    </div>
  )
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const step = steps[event.key]
  if (step === undefined) return
  const days = [...event.currentTarget.querySelectorAll('button')]
  days[days.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus()
  event.preventDefault()
}
