import { useDeferredValue } from 'react'
import { useCall } from '../../bridge/use-call.ts'
import { Card } from '../../widgets/layout.tsx'
import { FailureText } from '../../widgets/states.tsx'
import type { ProduceForm } from './produce-form.ts'
import styles from './produce.module.css'

const samples = 3
const sampleCharsMax = 400

/** What the first records will be. Nothing is sent for it. */
export function TemplatePreview({ form, seed }: { readonly form: ProduceForm; readonly seed: number | null }) {
  const key = useDeferredValue(form.key.isNull ? '' : form.key.text)
  const value = useDeferredValue(form.value.isNull ? '' : form.value.text)
  const keys = useCall('records.previewTemplate', key === '' ? null : { text: key, count: samples, seed })
  const values = useCall('records.previewTemplate', value === '' ? null : { text: value, count: samples, seed })
  const failure = keys.failure ?? values.failure
  if (key === '' && value === '') return null
  return (
    <Card title="First records" aside={<span className="muted">as the template makes them</span>}>
      {failure !== undefined && (
        <div className={styles.run}>
          <FailureText failure={failure} />
        </div>
      )}
      <ol className={styles.samples} aria-label="First records">
        {Array.from({ length: samples }, (_, index) => (
          <li key={`${index}`} className="mono">
            <span className="muted">{keys.data?.[index] ?? 'null'} → </span>
            {(values.data?.[index] ?? 'null').slice(0, sampleCharsMax)}
          </li>
        ))}
      </ol>
    </Card>
  )
}
