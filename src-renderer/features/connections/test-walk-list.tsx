import { useEffect, useRef } from 'react'
import { Button } from '../../widgets/button.tsx'
import { formatDuration } from '../../widgets/format.ts'
import { Status } from '../../widgets/marks.tsx'
import { FailureText } from '../../widgets/states.tsx'
import { walkSentence } from './test-walk.ts'
import type { WalkState, WalkStep } from './test-walk.ts'
import type { ConnectionTest } from './use-test.ts'
import styles from './connections.module.css'

/** How far the test came, step by step, and where it broke. */
export function TestWalk({ test }: { readonly test: ConnectionTest }) {
  const box = useRef<HTMLDivElement>(null)
  const { isRunning, walk, failure } = test
  useEffect(() => {
    if (isRunning || walk !== undefined || failure !== undefined) box.current?.scrollIntoView({ block: 'nearest' })
  }, [isRunning, walk, failure])
  if (!isRunning && walk === undefined && failure === undefined) return null
  return (
    <div ref={box} className={styles.walk} role="region" aria-label="Test" aria-live="polite">
      {isRunning && (
        <div className={styles.walkHead}>
          <span className="grow">Testing: DNS, TCP, TLS, SASL, ApiVersions, Metadata, advertised listeners…</span>
          <Button onClick={test.cancel}>Cancel the test</Button>
        </div>
      )}
      {failure !== undefined && <FailureText failure={failure} />}
      {walk !== undefined && <Steps walk={walk} />}
    </div>
  )
}

const tones = { ok: 'good', failed: 'bad', skipped: 'muted', 'not-reached': 'muted' } as const
const words: Readonly<Record<WalkState, string>> = {
  ok: 'ok',
  failed: 'failed',
  skipped: 'not used',
  'not-reached': 'not reached',
}

const Steps = ({ walk }: { readonly walk: readonly WalkStep[] }) => (
  <>
    <strong className={walk.some(step => step.state === 'failed') ? 'bad' : 'good'}>{walkSentence(walk)}</strong>
    <ol className={styles.steps}>
      {walk.map(step => (
        <li key={step.step} data-state={step.state}>
          <span>{step.title}</span>
          <Status tone={tones[step.state]}>{words[step.state]}</Status>
          <span className={step.state === 'failed' ? 'bad' : 'muted'}>{step.state === 'skipped' ? '' : step.detail}</span>
          <span className="faint number">
            {step.state === 'ok' || step.state === 'failed' ? formatDuration(step.durationMs) : ''}
          </span>
        </li>
      ))}
    </ol>
  </>
)
