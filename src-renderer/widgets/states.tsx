import { useEffect, useState } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import type { Failure } from '../../src-main/contract/failure.ts'
import { Button } from './button.tsx'
import { formatDuration } from './format.ts'
import styles from './states.module.css'

/** Lines where an answer is still to come. */
export function Skeleton({ lines = 6 }: { readonly lines?: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <i key={`${index}`} style={{ width: `${85 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  )
}

/** Why there is nothing, and the next step. */
export function EmptyState({ title, children, actions }: StateProps) {
  return (
    <div className={styles.state}>
      <div className={styles.title}>{title}</div>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
interface StateProps {
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}

/** What failed, where, what to do, the Kafka error name, a retry. */
export function FailureState({ failure, onRetry }: { readonly failure: Failure; readonly onRetry?: (() => void) | undefined }) {
  return (
    <div className={styles.state} role="alert">
      <div className={`${styles.title} bad`}>{failure.message}</div>
      {failure.kafkaError !== undefined && <code className="mono">{failure.kafkaError}</code>}
      {failure.hint !== undefined && <p>{failure.hint}</p>}
      {onRetry !== undefined && (
        <div className={styles.actions}>
          <Button onClick={onRetry}>Try again</Button>
        </div>
      )}
    </div>
  )
}

/** The same in one line, for dialogs and bars. */
export const FailureText = ({ failure }: { readonly failure: Failure }) => (
  <span className="bad" role="alert">
    {failure.message}
    {failure.kafkaError !== undefined && !failure.message.includes(failure.kafkaError) && ` (${failure.kafkaError})`}
    {failure.hint !== undefined && ` ${failure.hint}`}
  </span>
)

/** A line above content that is partial, stale or special. */
export function Banner(props: {
  readonly tone: 'warn' | 'bad' | 'info'
  readonly children: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className={styles.banner} style={{ '--banner': `var(--${props.tone})` } as CSSProperties} role="status">
      <span className="grow">{props.children}</span>
      {props.actions}
    </div>
  )
}

/** `as of 12 s ago`, counting on, with the reason and a retry. */
export function StaleBanner(props: {
  readonly asOfMs: number
  readonly failure: Failure
  readonly onRetry?: (() => void) | undefined
}) {
  const nowMs = useNow(1_000)
  return (
    <Banner tone="warn" actions={props.onRetry !== undefined && <Button onClick={props.onRetry}>Try again</Button>}>
      As of {formatDuration(Math.max(0, nowMs - props.asOfMs))} ago: {props.failure.message}
    </Banner>
  )
}

/** Parts that could not be asked for. */
export const MissingBanner = ({ missing }: { readonly missing: readonly string[] }) =>
  missing.length === 0 ? null : <Banner tone="warn">Not everything could be asked: {missing.join(' · ')}</Banner>

/** The present time, again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}

/**
 * The four states of one call around its content: skeleton, failure, stale answer under a banner, content. `children` is only
 * asked when there is data.
 */
export function Loaded<T>({ state, children, lines }: LoadedProps<T>) {
  if (state.data === undefined)
    return state.failure === undefined ? (
      <Skeleton lines={lines ?? 6} />
    ) : (
      <FailureState failure={state.failure} onRetry={state.reload} />
    )
  return (
    <>
      {state.failure !== undefined && <StaleBanner asOfMs={state.asOfMs} failure={state.failure} onRetry={state.reload} />}
      {children(state.data)}
    </>
  )
}
interface LoadedProps<T> {
  readonly state: {
    readonly data: T | undefined
    readonly failure: Failure | undefined
    readonly asOfMs: number
    readonly reload: () => void
  }
  readonly children: (data: T) => ReactNode
  readonly lines?: number
}
