import { useCall } from '../../bridge/use-call.ts'
import { DiffView } from '../../editor/diff-view.tsx'
import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { clearComparePair, useComparePair } from '../../places/compare-pair.ts'
import type { RecordPlace } from '../../places/compare-pair.ts'
import { useDecoderChoices } from '../../places/decoder-choice.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { formatCount } from '../../widgets/format.ts'
import { FailureState, Skeleton } from '../../widgets/states.tsx'
import { SubTabs } from '../../widgets/tabs.tsx'
import { useState } from 'react'
import styles from './inspector.module.css'

type ComparedPart = 'value' | 'key' | 'headers'

/** Two records beside each other, once two are marked. */
export function CompareDialog() {
  const { records } = useComparePair()
  const [left, right] = records
  if (left === undefined || right === undefined) return null
  return (
    <Dialog title="Compare two records" isOpen onClose={clearComparePair} widthPx={1_180}>
      <Compared left={left} right={right} />
    </Dialog>
  )
}

function Compared({ left, right }: { readonly left: RecordPlace; readonly right: RecordPlace }) {
  const [part, setPart] = useState<ComparedPart>('value')
  const [first, second] = [useDetail(left), useDetail(right)]
  const failure = first.failure ?? second.failure
  if (failure !== undefined) return <FailureState failure={failure} onRetry={() => void first.reload().then(second.reload)} />
  if (first.data === undefined || second.data === undefined) return <Skeleton lines={8} />
  return (
    <>
      <SubTabs
        label="What is compared"
        value={part}
        onChange={setPart}
        tabs={[
          { value: 'value', label: 'Value' },
          { value: 'key', label: 'Key' },
          { value: 'headers', label: 'Headers' },
        ]}
      />
      <div className={styles.compareHeads}>
        <span className="mono cut">{placeText(left)}</span>
        <span className="mono cut">{placeText(right)}</span>
      </div>
      <div className={styles.compare}>
        <DiffView
          leftLabel={placeText(left)}
          rightLabel={placeText(right)}
          left={comparedText(first.data, part)}
          right={comparedText(second.data, part)}
          language={languageOf(first.data, part)}
        />
      </div>
      {(isCut(first.data, part) || isCut(second.data, part)) && (
        <p className="muted">Long values are compared as far as they are shown: their first 262,144 characters.</p>
      )}
    </>
  )
}

function useDetail({ connection, topic, partition, offset }: RecordPlace) {
  const [{ key, value }] = useDecoderChoices(connection, topic)
  return useCall('records.detail', { connection, topic, partition, offset, keyDecoder: key, valueDecoder: value })
}

const placeText = ({ topic, partition, offset }: RecordPlace): string =>
  `${topic} · partition ${partition} · offset ${formatCount(offset)}`

function comparedText(detail: RecordDetail, part: ComparedPart): string {
  if (part === 'headers') return detail.headers.map(({ name, value }) => `${name}: ${value?.text ?? 'null'}`).join('\n')
  return detail[part]?.text ?? detail[part]?.failure ?? 'null'
}

const languageOf = (detail: RecordDetail, part: ComparedPart): string =>
  part === 'headers' ? 'plaintext' : (detail[part]?.language ?? 'plaintext')

const isCut = (detail: RecordDetail, part: ComparedPart): boolean => part !== 'headers' && detail[part]?.truncated === true
