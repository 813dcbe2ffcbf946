import type { CSSProperties, ReactNode } from 'react'
import styles from './controls.module.css'
import type { Tone } from './tone.ts'

export type { Tone }

export const Chip = ({ children, title }: { readonly children: ReactNode; readonly title?: string }) => (
  <span className={styles.chip} title={title}>
    {children}
  </span>
)

/** A coloured dot with words beside it: colour never speaks alone. */
export const Status = ({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) => (
  <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
    <span className={styles.dot} style={{ color: `var(--${tone})` }} aria-hidden />
    {children}
  </span>
)

export const partitionColour = (partition: number): string => `var(--p${partition % 6})`

export const PartitionBadge = ({ partition }: { readonly partition: number }) => (
  <span className={styles.partition} style={{ '--partition-colour': partitionColour(partition) } as CSSProperties}>
    {partition}
  </span>
)
