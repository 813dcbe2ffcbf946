import { useEffect, useState } from 'react'
import type { RecordRow } from '../../../../src-main/contract/views/records.ts'
import { bridge, failureOf } from '../../../bridge/bridge.ts'
import { useCurrent } from '../../../bridge/use-current.ts'
import type { ReadContext } from '../read-context.ts'
import type { ScanFilter } from './filter-draft.ts'

/** What the filter says of the selected row. */
export type FilterTest =
  | { readonly kind: 'none' | 'testing' | 'match' | 'no-match' }
  | { readonly kind: 'failed'; readonly message: string }

const afterMs = 250
const nothing: FilterTest = { kind: 'none' }

/** Tries the filter on a record while it is typed, a moment after the last key. */
export function useFilterTest(context: ReadContext, filter: ScanFilter | null, row: RecordRow | null): FilterTest {
  const input =
    filter === null || row === null
      ? null
      : {
          filter,
          connection: context.connection,
          topic: context.topic,
          partition: row.partition,
          offset: row.offset,
          keyDecoder: context.keyDecoder,
          valueDecoder: context.valueDecoder,
        }
  const key = JSON.stringify(input)
  const latest = useCurrent(input)
  const [answer, setAnswer] = useState<{ readonly key: string; readonly test: FilterTest }>({ key: '', test: nothing })
  useEffect(() => {
    if (latest.current === null) return undefined
    const abort = new AbortController()
    const timer = setTimeout(async () => {
      if (latest.current === null) return
      const test = await tested(() => bridge.call('records.testFilter', latest.current as typeof input & object, abort.signal))
      if (!abort.signal.aborted) setAnswer({ key, test })
    }, afterMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [key, latest])
  if (input === null) return nothing
  return answer.key === key ? answer.test : { kind: 'testing' }
}

async function tested(ask: () => Promise<boolean>): Promise<FilterTest> {
  try {
    return { kind: (await ask()) ? 'match' : 'no-match' }
  } catch (error) {
    return { kind: 'failed', message: failureOf(error).message }
  }
}
