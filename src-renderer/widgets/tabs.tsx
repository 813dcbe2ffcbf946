import { useRef } from 'react'
import type { KeyboardEvent } from 'react'
import styles from './controls.module.css'

export interface TabItem<T extends string> {
  readonly value: T
  readonly label: string
  readonly count?: number
}

/** The views of one thing. Arrow keys move, as in the ARIA pattern for tabs. */
export function SubTabs<T extends string>(props: {
  readonly label: string
  readonly tabs: readonly TabItem<T>[]
  readonly value: T
  readonly onChange: (value: T) => void
}) {
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const at = props.tabs.findIndex(tab => tab.value === props.value)
    const next = (at + step + props.tabs.length) % props.tabs.length
    props.onChange((props.tabs[next] as TabItem<T>).value)
    ;(list.current?.children[next] as HTMLElement | undefined)?.focus()
  }
  return (
    <div role="tablist" aria-label={props.label} className={styles.tabs} ref={list} onKeyDown={onKeyDown}>
      {props.tabs.map(tab => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          className={styles.tab}
          aria-selected={tab.value === props.value}
          tabIndex={tab.value === props.value ? 0 : -1}
          onClick={() => props.onChange(tab.value)}
        >
          {tab.label}
          {tab.count !== undefined && <span className="faint"> {tab.count}</span>}
        </button>
      ))}
    </div>
  )
}
