import { useEffect, useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { errorsFromFailure, noErrors, orderOf } from './create-form.ts'
import type { CreateForm, FormErrors } from './create-form.ts'

const askAfterMs = 350

/** What the cluster says to a form: errors by field, and where the replicas would lie. */
export interface Preview {
  /** The form that this is about, as text: an answer to an earlier one is not shown for a later one. */
  readonly about: string
  readonly errors: FormErrors
  readonly replicas: readonly (readonly number[])[] | null
}

const noPreview: Preview = { about: '', errors: noErrors, replicas: null }

/** Asks with `validateOnly`, a moment after the last change; `isSendable` false: nothing is asked, nothing is shown. */
export function usePreview(connection: string, form: CreateForm, isSendable: boolean): Preview {
  const about = isSendable ? JSON.stringify(form) : ''
  const [preview, setPreview] = useState(noPreview)
  useEffect(() => {
    if (about === '') return undefined
    const abort = new AbortController()
    const ask = async () => {
      const asked = JSON.parse(about) as CreateForm
      const answer = await previewOf(connection, asked, abort.signal)
      if (!abort.signal.aborted) setPreview({ about, ...answer })
    }
    const timer = setTimeout(() => void ask(), askAfterMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [connection, about])
  return preview.about === about ? preview : noPreview
}

async function previewOf(connection: string, form: CreateForm, signal: AbortSignal): Promise<Omit<Preview, 'about'>> {
  const order = orderOf(form)
  try {
    const wish = { connection, topic: form.name, ...order, validateOnly: true }
    const { replicationFactor, partitionCount } = await bridge.call('topics.create', wish, signal)
    if (replicationFactor < 1) return { errors: noErrors, replicas: null }
    const { replicas } = await bridge.call(
      'topics.planLayout',
      { connection, partitions: partitionCount, replicationFactor },
      signal,
    )
    return { errors: noErrors, replicas }
  } catch (error) {
    return { errors: errorsFromFailure(failureOf(error), form), replicas: null }
  }
}
