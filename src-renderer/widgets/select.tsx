import { Select as Radix } from 'radix-ui'
import { Check, ChevronDown } from 'lucide-react'
import { classes } from './classes.ts'
import styles from './controls.module.css'

export interface SelectOption<T extends string> {
  readonly value: T
  readonly label: string
  readonly hint?: string
}

export interface SelectProps<T extends string> {
  /** Name for screen readers and tests; not drawn: the chosen option says enough, or a label stands beside it. */
  readonly label: string
  readonly value: T
  readonly options: readonly SelectOption<T>[]
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
  readonly className?: string
}

/** One of few. Values must not be empty strings. */
export function Select<T extends string>({ label, value, options, onChange, disabled = false, className }: SelectProps<T>) {
  return (
    <Radix.Root value={value} onValueChange={next => onChange(next as T)} disabled={disabled}>
      <Radix.Trigger className={classes(styles.select, className)} aria-label={label} title={label}>
        <Radix.Value />
        <Radix.Icon asChild>
          <ChevronDown size={12} aria-hidden className="faint" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.popup} position="popper" sideOffset={3}>
          <Radix.Viewport>
            {options.map(option => (
              <Radix.Item key={option.value} value={option.value} className={styles.item ?? ''}>
                <Radix.ItemText>{option.label}</Radix.ItemText>
                {option.hint !== undefined && <span className={styles.itemHint}>{option.hint}</span>}
                <Radix.ItemIndicator>
                  <Check size={12} aria-hidden />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
