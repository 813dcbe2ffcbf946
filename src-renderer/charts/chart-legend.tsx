import { ListFilter } from 'lucide-react'
import { Button } from '../widgets/button.tsx'
import { classes } from '../widgets/classes.ts'
import { plural } from '../widgets/format.ts'
import { Menu } from '../widgets/menu.tsx'
import type { MenuEntry } from '../widgets/menu.tsx'
import { dashesOf, othersId } from './prepared-series.ts'
import type { ChartSeries, SeriesSplit } from './series.ts'
import styles from './charts.module.css'

export interface ChartLegendProps {
  readonly label: string
  readonly noun: string
  readonly split: SeriesSplit
  /** Those with the greatest values first. */
  readonly all: () => readonly ChartSeries[]
  readonly hidden: ReadonlySet<string>
  readonly onHidden: (hidden: ReadonlySet<string>) => void
  readonly chosen: ReadonlySet<string> | null
  readonly onChosen: (chosen: ReadonlySet<string> | null) => void
  readonly frontMax: number
}

/** Lines that can be chosen from the menu; the rest is found among those behind. */
const choiceMax = 200
const chosenMax = 12

/** Names the lines; a press hides one or shows it again. */
export function ChartLegend(props: ChartLegendProps) {
  const { split, hidden, onHidden } = props
  const total = split.front.length + split.others.length
  if (total <= 1) return null
  const dashes = dashesOf(split.front)
  const toggle = (id: string) => onHidden(toggled(hidden, id))
  return (
    <div className={styles.legend} role="group" aria-label={props.label}>
      {split.front.map((one, at) => (
        <LegendButton key={one.id} name={one.name} isShown={!hidden.has(one.id)} onToggle={() => toggle(one.id)}>
          <svg width="16" height="8" aria-hidden>
            <line x1="0" x2="16" y1="4" y2="4" strokeWidth="2" style={{ stroke: one.colour }} strokeDasharray={dashes[at]} />
          </svg>
        </LegendButton>
      ))}
      {split.others.length > 0 && (
        <LegendButton name={`${split.others.length} others`} isShown={!hidden.has(othersId)} onToggle={() => toggle(othersId)}>
          <span className={classes(styles.swatch, styles.bandSwatch)} aria-hidden />
        </LegendButton>
      )}
      {total > props.frontMax && <Choice {...props} total={total} />}
    </div>
  )
}

function LegendButton(props: {
  readonly name: string
  readonly isShown: boolean
  readonly onToggle: () => void
  readonly children: React.ReactNode
}) {
  return (
    <button
      type="button"
      className={classes(styles.legendButton, !props.isShown && styles.legendHidden)}
      aria-pressed={props.isShown}
      title={props.isShown ? `Hide ${props.name}` : `Show ${props.name}`}
      onClick={props.onToggle}
    >
      {props.children}
      {props.name}
    </button>
  )
}

function Choice(props: ChartLegendProps & { readonly total: number }) {
  const { chosen, onChosen, frontMax, noun, split } = props
  const entries = (): MenuEntry[] => {
    const shown = new Set(split.front.map(one => one.id))
    const listed = props.all().slice(0, choiceMax)
    return [
      { kind: 'check', label: `The ${frontMax} greatest`, checked: chosen === null, run: () => onChosen(null) },
      { kind: 'separator' },
      ...(listed.length < props.total ? [{ kind: 'title' as const, label: `The ${choiceMax} greatest of ${props.total}` }] : []),
      ...listed.map(one => ({
        kind: 'check' as const,
        label: one.name,
        checked: shown.has(one.id),
        run: () => onChosen(new Set([...toggled(shown, one.id)].slice(-chosenMax))),
      })),
    ]
  }
  return (
    <Menu entries={entries()} align="end">
      <Button tone="quiet">
        <ListFilter aria-hidden />
        {chosen === null
          ? `${frontMax} greatest of ${plural(props.total, noun)}`
          : `${chosen.size} chosen of ${plural(props.total, noun)}`}
      </Button>
    </Menu>
  )
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(id)) next.add(id)
  return next
}
