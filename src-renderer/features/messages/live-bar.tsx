import { Pause, Play } from 'lucide-react'
import { Button } from '../../widgets/button.tsx'
import { formatBytes, formatCount } from '../../widgets/format.ts'
import { useScreenKeys } from '../../widgets/keys.ts'
import { Status } from '../../widgets/marks.tsx'
import { liveRowsMax } from './live-buffer.ts'
import type { Live } from './use-live.ts'
import styles from './messages.module.css'

/** What a live tail does: how much came, how much of it is shown, what is kept. */
export function LiveBar({ live }: { readonly live: Live }) {
  const { buffer, isPaused, setPaused, shown } = live
  useScreenKeys([
    { key: ' ', label: isPaused ? 'Go on with the live tail' : 'Pause the live tail', run: () => setPaused(!isPaused) },
  ])
  const waiting = buffer.seenTotal - shown.seenTotal
  return (
    <div className={styles.toolbar} role="group" aria-label="Live tail">
      <Button onClick={() => setPaused(!isPaused)}>
        {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {isPaused ? 'Go on' : 'Pause'} <kbd>Space</kbd>
      </Button>
      <Status tone={buffer.problem !== null ? 'bad' : isPaused ? 'warn' : buffer.isReady ? 'good' : 'muted'}>
        {buffer.problem ?? (isPaused ? `paused · ${formatCount(waiting)} more have come` : buffer.isReady ? 'live' : 'starting…')}
      </Status>
      <span className="muted">{formatCount(buffer.seenTotal)} arrived</span>
      {buffer.lastShown < buffer.lastSeen && (
        <span className="warn">
          {formatCount(buffer.lastShown)} of {formatCount(buffer.lastSeen)} shown: it comes faster than can be read; the topic
          holds all
        </span>
      )}
      <span className="grow" />
      <span className="muted">
        keeps the last {formatCount(liveRowsMax)} rows · {formatBytes(buffer.heldBytes)} in flight
      </span>
    </div>
  )
}
