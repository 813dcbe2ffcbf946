import { useEffect, useState } from 'react'
import { useReadOnlyReason } from '../../places/connections.ts'
import { takeProduceDraft, useProduceDraft } from '../../places/produce-draft.ts'
import { openPlace } from '../../places/tabs.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Button } from '../../widgets/button.tsx'
import { useScreenKeys } from '../../widgets/keys.ts'
import { Bar, Grow, Page, Title } from '../../widgets/layout.tsx'
import { Chip } from '../../widgets/marks.tsx'
import { Banner } from '../../widgets/states.tsx'
import { SubTabs } from '../../widgets/tabs.tsx'
import { DeliveryFields } from './delivery-fields.tsx'
import { HeaderFields } from './header-fields.tsx'
import { ManyPanel } from './many-panel.tsx'
import { KeyInput, ValueInput } from './part-input.tsx'
import { emptyForm, formOfDraft, problemsOf, produceOrder } from './produce-form.ts'
import type { ProduceForm } from './produce-form.ts'
import { SendList } from './send-list.tsx'
import { useSends } from './use-sends.ts'
import styles from './produce.module.css'

type Mode = 'one' | 'many'

/** Writes records into a topic: one, or many from a template. */
export function ProducePage({ connection, topic }: { readonly connection: string; readonly topic: string }) {
  const [form, setForm] = useDraftedForm(connection, topic)
  const [mode, setMode] = useState<Mode>('one')
  const readOnlyReason = useReadOnlyReason(connection)
  const timeZone = useTimeZone()
  const { sends, send } = useSends()
  const problems = mode === 'one' ? problemsOf(form, timeZone) : {}
  const reason = readOnlyReason ?? Object.values(problems)[0]
  const submit = () => {
    if (mode === 'one' && reason === undefined) void send(produceOrder(connection, topic, form, timeZone), form)
  }
  useScreenKeys([{ key: 'Enter', mod: true, label: 'Send the record', run: submit, inFields: true }])
  return (
    <Page label={`Produce to ${topic}`}>
      <Bar>
        <Title>{topic}</Title>
        <Chip>Produce</Chip>
        <SubTabs
          label="How many"
          value={mode}
          onChange={setMode}
          tabs={[
            { value: 'one', label: 'One record' },
            { value: 'many', label: 'Many' },
          ]}
        />
        <Grow />
        <Button tone="quiet" onClick={() => setForm(emptyForm)}>
          Clear
        </Button>
        <Button onClick={() => openPlace({ kind: 'topic', connection, topic, view: 'messages' })}>Messages</Button>
        {mode === 'one' && (
          <Button tone="primary" disabledReason={reason} title="Ctrl+Enter" onClick={submit}>
            Send record
          </Button>
        )}
      </Bar>
      {readOnlyReason !== undefined && <Banner tone="warn">{readOnlyReason}</Banner>}
      <div className={styles.body}>
        <RecordFields {...{ connection, topic }} form={form} onChange={setForm} problems={problems} onSubmit={submit} />
        <div className={styles.beside}>
          <DeliveryFields
            {...{ connection, topic, form }}
            onChange={setForm}
            hasTimestamp={mode === 'one'}
            problem={problems.timestamp}
          />
          {mode === 'one' && <SendList {...{ connection, topic, sends }} onTake={setForm} />}
          {mode === 'many' && <ManyPanel {...{ connection, topic, form, readOnlyReason }} />}
        </div>
      </div>
    </Page>
  )
}

/** The form, filled by a draft whenever one comes for this topic. */
function useDraftedForm(connection: string, topic: string) {
  const [form, setForm] = useState<ProduceForm>(emptyForm)
  const waiting = useProduceDraft(connection, topic)
  useEffect(() => {
    if (waiting === undefined) return
    const draft = takeProduceDraft(connection, topic)
    if (draft !== undefined) setForm(before => formOfDraft(before, draft))
  }, [waiting, connection, topic])
  return [form, setForm] as const
}

interface RecordFieldsProps {
  readonly connection: string
  readonly topic: string
  readonly form: ProduceForm
  readonly onChange: (form: ProduceForm) => void
  readonly problems: ReturnType<typeof problemsOf>
  readonly onSubmit: () => void
}

function RecordFields({ connection, topic, form, onChange, problems, onSubmit }: RecordFieldsProps) {
  return (
    <div className={styles.record}>
      <KeyInput
        {...{ connection, topic }}
        label="Key"
        nullLabel="Null key"
        part={form.key}
        onChange={key => onChange({ ...form, key })}
        problem={problems.key}
        onSubmit={onSubmit}
      />
      <ValueInput
        {...{ connection, topic }}
        label="Value"
        nullLabel="Tombstone"
        part={form.value}
        onChange={value => onChange({ ...form, value })}
        problem={problems.value}
        onSubmit={onSubmit}
      />
      <HeaderFields form={form} onChange={onChange} />
    </div>
  )
}
