import { openPlace } from '../../places/tabs.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Button } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { Card } from '../../widgets/layout.tsx'
import { Status } from '../../widgets/marks.tsx'
import { EmptyState, FailureText } from '../../widgets/states.tsx'
import { formatTime } from '../../widgets/time.ts'
import { ackText } from './ack-text.ts'
import type { PartField, ProduceForm } from './produce-form.ts'
import type { Send } from './use-sends.ts'
import styles from './produce.module.css'

export interface SendListProps {
  readonly connection: string
  readonly topic: string
  readonly sends: readonly Send[]
  readonly onTake: (form: ProduceForm) => void
}

/** The last sends: where each landed, or why it did not. */
export function SendList({ connection, topic, sends, onTake }: SendListProps) {
  return (
    <Card title="Last sends" aside={<span className="muted">{plural(sends.length, 'record')}</span>}>
      {sends.length === 0 ? (
        <EmptyState title="Nothing sent yet">Each record that you send stands here with its partition and offset.</EmptyState>
      ) : (
        <ul className={styles.sends} aria-label="Last sends">
          {sends.map(send => (
            <SendLine key={send.id} {...{ connection, topic, send, onTake }} />
          ))}
        </ul>
      )}
    </Card>
  )
}

type SendLineProps = Omit<SendListProps, 'sends'> & { readonly send: Send }

function SendLine({ connection, topic, send, onTake }: SendLineProps) {
  const timeZone = useTimeZone()
  const { ack, failure, form } = send
  return (
    <li className={styles.send}>
      <div className={styles.sendHead}>
        {send.state === 'sending' && <Status tone="info">Sending…</Status>}
        {failure !== undefined && <Status tone="bad">Not sent</Status>}
        {ack !== undefined && (
          <Status tone="good">
            <span className="mono">{ackText(ack)}</span>
          </Status>
        )}
        <span className="grow" />
        <span className="faint">{formatTime(send.sentAtMs, timeZone, 'time')}</span>
      </div>
      {failure !== undefined && <FailureText failure={failure} />}
      <div className={styles.sendFoot}>
        <span className="mono muted cut">
          {partText(form.key)} → {partText(form.value)}
        </span>
        <span className="grow" />
        {ack !== undefined && ack.offset >= 0 && (
          <Button
            tone="quiet"
            onClick={() => {
              const at = { kind: 'record', partition: ack.partition, offset: ack.offset } as const
              openPlace({ kind: 'topic', connection, topic, view: 'messages', at })
            }}
          >
            Show record
          </Button>
        )}
        <Button tone="quiet" onClick={() => onTake(form)}>
          Use again
        </Button>
      </div>
    </li>
  )
}

const partText = ({ text, isNull }: PartField): string => (isNull ? 'null' : text.slice(0, 120).replace(/\s+/g, ' '))
