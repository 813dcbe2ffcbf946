import { Fragment } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { classes } from './classes.ts'
import styles from './layout.module.css'
import type { Tone } from './marks.tsx'

/** What a tab shows: bars on top of each other, then content that takes the rest. */
export const Page = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <section className={styles.page} aria-label={label}>
    {children}
  </section>
)
export const Bar = ({ children, label }: { readonly children: ReactNode; readonly label?: string }) => (
  <div className={styles.bar} {...(label === undefined ? {} : { role: 'group', 'aria-label': label })}>
    {children}
  </div>
)
export const Title = ({ children }: { readonly children: string }) => (
  <h1 className={styles.title} title={children}>
    {children}
  </h1>
)
export const Grow = () => <span className="grow" />
export const Scroll = ({ children, style }: { readonly children: ReactNode; readonly style?: CSSProperties }) => (
  <div className={styles.scroll} style={style} tabIndex={-1}>
    {children}
  </div>
)

/** A named part of a page: its title is the name of the region. */
export function Card(props: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly style?: CSSProperties
}) {
  return (
    <section className={styles.card} aria-label={props.title} style={props.style}>
      <div className={styles.cardHead}>
        <h2>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  )
}

/** A big figure with a word above and below. */
export function Figure(props: {
  readonly label: string
  readonly value: ReactNode
  readonly note?: ReactNode
  readonly tone?: Tone | undefined
}) {
  return (
    <div className={classes(styles.card, styles.figure)} role="group" aria-label={props.label}>
      <div className="muted">{props.label}</div>
      <div className={classes(styles.figureValue, props.tone)}>{props.value}</div>
      <div className="faint">{props.note ?? '\u00a0'}</div>
    </div>
  )
}

/** Name and value, one pair per line. */
export const Facts = ({
  facts,
  style,
}: {
  readonly facts: readonly (readonly [string, ReactNode])[]
  readonly style?: CSSProperties
}) => (
  <dl className={styles.facts} style={style}>
    {facts.map(([name, value]) => (
      <Fragment key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </Fragment>
    ))}
  </dl>
)
