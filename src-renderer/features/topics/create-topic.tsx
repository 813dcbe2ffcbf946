import { useMemo, useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useCall } from '../../bridge/use-call.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { plural } from '../../widgets/format.ts'
import { FailureText, Skeleton } from '../../widgets/states.tsx'
import { toast } from '../../widgets/toasts.ts'
import { ConfigList } from './config-list.tsx'
import { emptyForm, errorsFromFailure, formErrors, hasErrors, mergedErrors, orderOf } from './create-form.ts'
import type { CreateForm, FormErrors } from './create-form.ts'
import { ReplicaLayout } from './replica-layout.tsx'
import { judgeTopicName } from './topic-name.ts'
import { usePreview } from './use-preview.ts'
import type { Preview } from './use-preview.ts'
import styles from './topics.module.css'

export interface CreateTopicProps {
  readonly connection: string
  /** Names that there are already. */
  readonly known: readonly string[]
  /** Starts with partitions, replication and set configs of this topic. */
  readonly like: string | null
  readonly onClose: () => void
}

/** Waits for what a clone starts with; then the form is the person's. */
export function CreateTopicDialog(props: CreateTopicProps) {
  const { connection, like } = props
  const detail = useCall('topics.detail', like === null ? null : { connection, topic: like })
  const config = useCall('topics.config', like === null ? null : { connection, topic: like })
  const failure = detail.failure ?? config.failure
  if (like === null) return <CreateForm {...props} initial={emptyForm} />
  if (detail.data === undefined || config.data === undefined)
    return (
      <Dialog title="Create topic" isOpen onClose={props.onClose} widthPx={780}>
        {failure === undefined ? <Skeleton lines={8} /> : <FailureText failure={failure} />}
      </Dialog>
    )
  const set = config.data.filter(entry => entry.source === 'topic' && entry.value !== null)
  const initial = {
    name: '',
    partitions: String(detail.data.partitionCount),
    replicationFactor: String(detail.data.replicationFactor),
    configs: Object.fromEntries(set.map(entry => [entry.name, entry.value ?? ''])),
  }
  return <CreateForm {...props} initial={initial} />
}

function CreateForm(props: CreateTopicProps & { readonly initial: CreateForm }) {
  const { connection, known, like, onClose, initial } = props
  const definitions = useCall('topics.configDefinitions', { connection })
  const [form, setForm] = useState(initial)
  const [refused, setRefused] = useState<{ readonly form: CreateForm; readonly errors: FormErrors } | null>(null)
  const [isTouched, setTouched] = useState(false)
  const [isRunning, setRunning] = useState(false)
  const typed = useMemo(() => formErrors(form, known, definitions.data ?? []), [form, known, definitions.data])
  const preview = usePreview(connection, form, !hasErrors(typed))
  const told = refused?.form === form ? refused.errors : preview.errors
  const errors = mergedErrors(isTouched || form.name !== '' ? typed : nameless(typed), told)
  const create = async () => {
    setTouched(true)
    if (hasErrors(typed) || isRunning) return
    setRunning(true)
    try {
      await createTopic(connection, form, preview.replicas)
      onClose()
    } catch (error) {
      setRefused({ form, errors: errorsFromFailure(failureOf(error), form) })
    } finally {
      setRunning(false)
    }
  }
  return (
    <Dialog
      title="Create topic"
      isOpen
      onClose={onClose}
      widthPx={780}
      onSubmit={() => void create()}
      note={errors.other !== undefined && <FailureText failure={{ code: 'BROKER', message: errors.other }} />}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" submits disabled={isRunning}>
            Create topic
          </Button>
        </>
      }
    >
      {like !== null && (
        <p className="muted">Starts with the shape and the set configuration of “{like}”. Records are not copied.</p>
      )}
      <ShapeFields form={form} errors={errors} known={known} onChange={setForm} />
      <ReplicaLayout replicas={preview.replicas} />
      {definitions.data === undefined ? (
        definitions.failure === undefined ? (
          <Skeleton lines={5} />
        ) : (
          <FailureText failure={definitions.failure} />
        )
      ) : (
        <ConfigList
          definitions={definitions.data}
          values={form.configs}
          errors={errors.configs}
          onChange={configs => setForm({ ...form, configs })}
        />
      )}
    </Dialog>
  )
}

/** With the layout that was shown, so that it is the one that is made. */
async function createTopic(connection: string, form: CreateForm, replicas: Preview['replicas']): Promise<void> {
  const assignment = replicas?.map(partition => [...partition]) ?? null
  const made = await bridge.call('topics.create', { connection, topic: form.name, ...orderOf(form), assignment })
  const detail = `${plural(made.partitionCount, 'partition')}, replication factor ${made.replicationFactor}`
  toast({ level: 'info', title: `Created ${made.name}`, detail })
}

interface ShapeFieldsProps {
  readonly form: CreateForm
  readonly errors: FormErrors
  readonly known: readonly string[]
  readonly onChange: (form: CreateForm) => void
}

function ShapeFields({ form, errors, known, onChange }: ShapeFieldsProps) {
  const { warning } = judgeTopicName(form.name, known)
  return (
    <>
      <TextField
        label="Topic name"
        mono
        autoFocus
        value={form.name}
        error={errors.name}
        hint={warning === undefined ? undefined : <span className={styles.warning}>{warning}</span>}
        onChange={name => onChange({ ...form, name })}
      />
      <div className={styles.pair}>
        <TextField
          label="Partitions"
          inputMode="numeric"
          value={form.partitions}
          error={errors.partitions}
          hint="More can be added later, never fewer; keys then move."
          onChange={partitions => onChange({ ...form, partitions })}
        />
        <TextField
          label="Replication factor"
          inputMode="numeric"
          placeholder="as the brokers have it"
          value={form.replicationFactor}
          error={errors.replicationFactor}
          hint="Copies of each, on different brokers."
          onChange={replicationFactor => onChange({ ...form, replicationFactor })}
        />
      </div>
    </>
  )
}

/** An empty name is no mistake before anything was typed. */
const nameless = ({ name: _name, ...others }: FormErrors): FormErrors => others
