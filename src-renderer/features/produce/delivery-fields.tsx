import type { ReactNode } from 'react'
import { useCall } from '../../bridge/use-call.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { TextField } from '../../widgets/fields.tsx'
import { Card } from '../../widgets/layout.tsx'
import { Select } from '../../widgets/select.tsx'
import { formatTime } from '../../widgets/time.ts'
import type { Acks, Compression, ProduceForm } from './produce-form.ts'
import { timestampOf } from './timestamp-text.ts'
import styles from './produce.module.css'

export interface DeliveryFieldsProps {
  readonly connection: string
  readonly topic: string
  readonly form: ProduceForm
  readonly onChange: (form: ProduceForm) => void
  /** Many records take the time of their sending. */
  readonly hasTimestamp: boolean
  readonly problem: string | undefined
}

const acksOptions = [
  { value: 'all', label: 'all', hint: 'every in-sync replica has it' },
  { value: '1', label: '1', hint: 'the leader has it' },
  { value: '0', label: '0', hint: 'nobody is asked' },
] as const
const compressionOptions = (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).map(value => ({ value, label: value }))
/** More partitions than this are not listed one by one. */
const listedPartitionsMax = 1_000

/** Where to, when, and how sure. */
export function DeliveryFields({ connection, topic, form, onChange, hasTimestamp, problem }: DeliveryFieldsProps) {
  const { data } = useCall('topics.detail', { connection, topic }, { refreshMs: 10_000 })
  const count = Math.min(listedPartitionsMax, data?.partitionCount ?? 0)
  const chosen = form.partition === 'auto' ? [] : [Number(form.partition)]
  const numbers = [...new Set([...Array.from({ length: count }, (_, index) => index), ...chosen])]
  const partitions = numbers.map(index => ({ value: String(index), label: `Partition ${index}` }))
  return (
    <Card title="Delivery">
      <div className={styles.delivery}>
        <Labelled label="Partition">
          <Select
            label="Partition"
            value={form.partition}
            options={[{ value: 'auto', label: 'Automatic', hint: 'by the key' }, ...partitions]}
            onChange={partition => onChange({ ...form, partition })}
          />
        </Labelled>
        {hasTimestamp && <TimestampField form={form} onChange={onChange} problem={problem} />}
        <Labelled label="Acks">
          <Select
            label="Acks"
            value={String(form.acks)}
            options={acksOptions}
            onChange={acks => onChange({ ...form, acks: (acks === 'all' ? 'all' : Number(acks)) as Acks })}
          />
        </Labelled>
        <Labelled label="Compression">
          <Select<Compression>
            label="Compression"
            value={form.compression}
            options={compressionOptions}
            onChange={compression => onChange({ ...form, compression })}
          />
        </Labelled>
      </div>
    </Card>
  )
}

function TimestampField({ form, onChange, problem }: Pick<DeliveryFieldsProps, 'form' | 'onChange' | 'problem'>) {
  const timeZone = useTimeZone()
  const understoodMs = timestampOf(form.timestamp, timeZone)
  return (
    <TextField
      label="Timestamp"
      placeholder="now"
      mono
      value={form.timestamp}
      onChange={timestamp => onChange({ ...form, timestamp })}
      error={problem}
      hint={typeof understoodMs === 'number' ? `${formatTime(understoodMs, timeZone)} ${timeZone}` : undefined}
    />
  )
}

export const Labelled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div>
    <span className="muted" aria-hidden>
      {label}
    </span>
    {children}
  </div>
)
