import { useRef } from 'react'
import type { ReactNode } from 'react'
import type { GroupDetail, GroupPartition } from '../../../../src-main/contract/views/groups.ts'
import { Button } from '../../../widgets/button.tsx'
import { Checkbox, TextArea, TextField } from '../../../widgets/fields.tsx'
import { formatCount, plural } from '../../../widgets/format.ts'
import { PartitionBadge } from '../../../widgets/marks.tsx'
import { Select } from '../../../widgets/select.tsx'
import type { ResetForm, ScopeKind } from './reset-form.ts'
import { partitionKey } from './reset-form.ts'
import type { TargetKind, TargetText } from './target-text.ts'
import styles from './reset.module.css'

interface ChoicesProps {
  readonly form: ResetForm
  readonly onForm: (form: ResetForm) => void
  readonly detail: GroupDetail | undefined
  readonly target: TargetText
}

const scopes: readonly { readonly value: ScopeKind; readonly label: string }[] = [
  { value: 'all', label: 'Everything it has committed' },
  { value: 'topics', label: 'Some topics' },
  { value: 'partitions', label: 'Some partitions' },
]

const targets: readonly { readonly value: TargetKind; readonly label: string }[] = [
  { value: 'earliest', label: 'Earliest' },
  { value: 'latest', label: 'Latest' },
  { value: 'offset', label: 'Offset' },
  { value: 'time', label: 'Time' },
  { value: 'duration', label: 'Before now' },
  { value: 'shift', label: 'Shift by' },
  { value: 'offsets', label: 'From a file' },
]

/** What to reset, and where to. */
export function ResetChoices({ form, onForm, detail, target }: ChoicesProps) {
  return (
    <div className={styles.choices}>
      <div className={styles.choice}>
        <span className={styles.choiceName}>Reset</span>
        <Select label="Scope" value={form.scope} options={scopes} onChange={scope => onForm({ ...form, scope })} />
        <span className="muted">{scopeWords(form, detail)}</span>
      </div>
      {form.scope === 'topics' && <TopicChoice form={form} onForm={onForm} partitions={detail?.partitions ?? []} />}
      {form.scope === 'partitions' && <PartitionChoice form={form} onForm={onForm} partitions={detail?.partitions ?? []} />}
      <div className={styles.choice}>
        <span className={styles.choiceName}>to</span>
        <Select label="Target" value={form.target} options={targets} onChange={next => onForm({ ...form, target: next })} />
        <TargetField form={form} onForm={onForm} target={target} />
        {target.kind === 'target' && <span className="muted">{target.words}</span>}
      </div>
      {form.target === 'offsets' && <FileField form={form} onForm={onForm} target={target} />}
    </div>
  )
}

function scopeWords(form: ResetForm, detail: GroupDetail | undefined): string {
  if (detail === undefined) return ''
  if (form.scope === 'topics') return `${formatCount(form.topics.size)} chosen`
  if (form.scope === 'partitions') return `${formatCount(form.partitions.size)} chosen`
  const committed = detail.partitions.filter(it => it.committed !== null)
  return `${plural(committed.length, 'partition')} of ${plural(new Set(committed.map(it => it.topic)).size, 'topic')}`
}

interface ChoiceProps {
  readonly form: ResetForm
  readonly onForm: (form: ResetForm) => void
  readonly partitions: readonly GroupPartition[]
}

function toggled<T>(set: ReadonlySet<T>, values: readonly T[], isIn: boolean): ReadonlySet<T> {
  const next = new Set(set)
  for (const value of values) {
    if (isIn) next.add(value)
    else next.delete(value)
  }
  return next
}

const Choices = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div className={styles.list} role="group" aria-label={label}>
    {children}
  </div>
)

function TopicChoice({ form, onForm, partitions }: ChoiceProps) {
  const topics = [...new Set(partitions.map(it => it.topic))]
  return (
    <Choices label="Topics to reset">
      {topics.map(topic => (
        <Checkbox
          key={topic}
          label={<span className="mono">{topic}</span>}
          checked={form.topics.has(topic)}
          onChange={isIn => onForm({ ...form, topics: toggled(form.topics, [topic], isIn) })}
        />
      ))}
    </Choices>
  )
}

function PartitionChoice({ form, onForm, partitions }: ChoiceProps) {
  const byTopic = new Map<string, GroupPartition[]>()
  for (const it of partitions) byTopic.set(it.topic, [...(byTopic.get(it.topic) ?? []), it])
  const choose = (its: readonly GroupPartition[], isIn: boolean) =>
    onForm({ ...form, partitions: toggled(form.partitions, its.map(partitionKey), isIn) })
  return (
    <Choices label="Partitions to reset">
      {[...byTopic].map(([topic, its]) => (
        <div key={topic} className={styles.topicRow}>
          <Checkbox
            label={<span className="mono">{topic}</span>}
            checked={its.every(it => form.partitions.has(partitionKey(it)))}
            onChange={isIn => choose(its, isIn)}
          />
          {its.map(it => (
            <Checkbox
              key={it.partition}
              label={
                <>
                  <PartitionBadge partition={it.partition} />
                  <span className="visually-hidden">of {topic}</span>
                </>
              }
              checked={form.partitions.has(partitionKey(it))}
              onChange={isIn => choose([it], isIn)}
            />
          ))}
        </div>
      ))}
    </Choices>
  )
}

const fields: Readonly<Partial<Record<TargetKind, { readonly label: string; readonly placeholder: string }>>> = {
  offset: { label: 'Offset', placeholder: '0' },
  time: { label: 'Time', placeholder: '2026-11-20 14:03' },
  duration: { label: 'How long before now', placeholder: '15m' },
  shift: { label: 'Records', placeholder: '-100' },
}

type FieldProps = Omit<ChoicesProps, 'detail'>

function TargetField({ form, onForm, target }: FieldProps) {
  const field = fields[form.target]
  if (field === undefined) return null
  return (
    <div className={styles.targetField}>
      <TextField
        label={field.label}
        hideLabel
        placeholder={field.placeholder}
        mono
        value={form.texts[form.target] ?? ''}
        onChange={text => onForm({ ...form, texts: { ...form.texts, [form.target]: text } })}
        error={target.kind === 'error' ? target.message : undefined}
      />
    </div>
  )
}

const fileBytesMax = 16_777_216

function FileField({ form, onForm, target }: FieldProps) {
  const picker = useRef<HTMLInputElement>(null)
  const setText = (text: string) => onForm({ ...form, texts: { ...form.texts, offsets: text } })
  const read = async (file: File | undefined) => {
    if (file === undefined) return
    setText(file.size > fileBytesMax ? `# ${file.name} is greater than 16 MB` : await file.text())
  }
  return (
    <div className={styles.file}>
      <TextArea
        label="Offsets, one line each: topic,partition,offset"
        rows={5}
        placeholder={'topic,partition,offset\norders,0,1200'}
        value={form.texts.offsets ?? ''}
        onChange={setText}
        error={target.kind === 'error' ? target.message : undefined}
        hint="As exported from the Offsets view of a group"
      />
      <input
        ref={picker}
        type="file"
        hidden
        accept=".csv,text/csv,text/plain"
        aria-label="File with offsets"
        onChange={event => void read(event.target.files?.[0])}
      />
      <Button onClick={() => picker.current?.click()}>Choose a file…</Button>
    </div>
  )
}
