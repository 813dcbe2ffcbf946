import { useState } from 'react'
import { placeholders } from '../../../src-main/contract/placeholders.ts'
import { Button } from '../../widgets/button.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { Card } from '../../widgets/layout.tsx'
import { Select } from '../../widgets/select.tsx'
import { Labelled } from './delivery-fields.tsx'
import { firstOptions, manyOrder, optionProblems } from './many-options.ts'
import type { ManyOptions, TransactionChoice } from './many-options.ts'
import { recordOrder } from './produce-form.ts'
import type { ProduceForm } from './produce-form.ts'
import { RunProgress } from './run-progress.tsx'
import { TemplatePreview } from './template-preview.tsx'
import { useProduceRun } from './use-produce-run.ts'
import styles from './produce.module.css'

export interface ManyPanelProps {
  readonly connection: string
  readonly topic: string
  /** The record as a template. */
  readonly form: ProduceForm
  readonly readOnlyReason: string | undefined
}

const transactionOptions: readonly { readonly value: TransactionChoice; readonly label: string; readonly hint?: string }[] = [
  { value: 'none', label: 'No transaction' },
  { value: 'commit', label: 'Commit at the end' },
  { value: 'abort', label: 'Abort at the end' },
  { value: 'ask', label: 'Ask at the end', hint: 'stays open until then' },
]

/** Many records from the template on the left: how many, how fast, in a transaction, from the lines of a file. */
export function ManyPanel({ connection, topic, form, readOnlyReason }: ManyPanelProps) {
  const [options, setOptions] = useState<ManyOptions>(firstOptions)
  const run = useProduceRun()
  const reason = readOnlyReason ?? Object.values(optionProblems(options))[0]
  const start = () => void run.start({ connection, topic, ...recordOrder(form), ...manyOrder(options) })
  return (
    <>
      <Card
        title="Many records"
        aside={
          <>
            <span className="grow" />
            {run.isRunning ? (
              <Button onClick={run.cancel}>Stop</Button>
            ) : (
              <Button tone="primary" disabledReason={reason} onClick={start}>
                Send records
              </Button>
            )}
          </>
        }
      >
        <ManyFields options={options} onChange={setOptions} />
      </Card>
      <RunProgress connection={connection} topic={topic} run={run} />
      <TemplatePreview form={form} seed={manyOrder(options).seed ?? null} />
      <Card title="Placeholders">
        <dl className={styles.placeholders}>
          {placeholders.map(({ name, usage, help }) => [
            <dt key={name} className="mono">{`{{${usage}}}`}</dt>,
            <dd key={`${name} help`} className="muted">
              {help}
            </dd>,
          ])}
        </dl>
      </Card>
    </>
  )
}

interface ManyFieldsProps {
  readonly options: ManyOptions
  readonly onChange: (options: ManyOptions) => void
}

function ManyFields({ options, onChange }: ManyFieldsProps) {
  const problems = optionProblems(options)
  const set = (change: Partial<ManyOptions>) => onChange({ ...options, ...change })
  return (
    <div className={styles.delivery}>
      <TextField label="Records" value={options.count} onChange={count => set({ count })} error={problems.count} />
      <TextField
        label="Per second"
        value={options.rate}
        onChange={rate => set({ rate })}
        placeholder="as fast as it goes"
        error={problems.rate}
      />
      <Labelled label="Transaction">
        <Select
          label="Transaction"
          value={options.transaction}
          options={transactionOptions}
          onChange={transaction => set({ transaction })}
        />
      </Labelled>
      <TextField
        label="Lines of a file"
        value={options.file}
        onChange={file => set({ file })}
        placeholder="none: the template alone"
        hint={options.file === '' ? undefined : 'One record per line: {{line}} stands for it'}
      />
      <TextField
        label="Seed"
        value={options.seed}
        onChange={seed => set({ seed })}
        placeholder="new random values each time"
        error={problems.seed}
      />
    </div>
  )
}
