import { useState } from 'react'
import type { CSSProperties } from 'react'
import { bridge, failureOf } from '../bridge/bridge.ts'
import { useConnection } from '../places/connections.ts'
import { Button } from '../widgets/button.tsx'
import { ConfirmDialog } from '../widgets/confirm.tsx'
import { toast } from '../widgets/toasts.ts'
import { useCurrentConnection } from './current-connection.ts'
import styles from './app.module.css'

/** The coloured line above a cluster that is not ours: which one it is, and whether it may be written to. */
export function ReadOnlyBand() {
  const connection = useConnection(useCurrentConnection() ?? '')
  const [isAsking, setAsking] = useState(false)
  if (connection === undefined || connection.kind === 'local') return null
  const { id, name, readOnly, bootstrap, kind, colour } = connection
  const set = (next: boolean) => bridge.call('connections.update', { connection: id, readOnly: next })
  const lock = () =>
    void set(true).catch((error: unknown) => toast({ level: 'error', title: 'Not switched', detail: failureOf(error).message }))
  return (
    <div className={styles.band} style={{ '--band': `var(--${colour ?? (readOnly ? 'info' : 'warn')})` } as CSSProperties}>
      <strong>{name}</strong>
      <span className="muted cut">{bootstrap.join(', ')}</span>
      <span className="grow" />
      <span>{readOnly ? 'read-only' : 'writing is allowed'}</span>
      {kind === 'foreign' && readOnly && <Button onClick={() => setAsking(true)}>Allow writing…</Button>}
      {kind === 'foreign' && !readOnly && <Button onClick={lock}>Make read-only</Button>}
      <ConfirmDialog
        title={`Allow writing to ${name}?`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        action={`Allow writing to ${name}`}
        run={() => set(false)}
      >
        Topics, records, offsets and settings of {bootstrap.join(', ')} can then be changed from this window. Everything done is
        kept in the audit list of the connection.
      </ConfirmDialog>
    </div>
  )
}
