import { create } from 'zustand'

/** A record to be sent, as it is typed. */
export interface ProduceDraft {
  /** Null: chosen by key. */
  readonly partition: number | null
  /** Null: no key. */
  readonly key: DraftText | null
  /** Null: a tombstone. */
  readonly value: DraftText | null
  readonly headers: readonly { readonly name: string; readonly value: DraftText | null }[]
}

export interface DraftText {
  readonly encoding: 'text' | 'json' | 'hex' | 'base64'
  readonly text: string
}

/** Drafts that wait for their Produce screen; the oldest is forgotten when there are more. */
const draftsMax = 8

export const useProduceDrafts = create<{ readonly drafts: ReadonlyMap<string, ProduceDraft> }>(() => ({ drafts: new Map() }))

const keyOf = (connection: string, topic: string): string => `${connection} ${topic}`

/** For the Produce screen of that topic, which takes it when it opens, or at once. */
export function setProduceDraft(connection: string, topic: string, draft: ProduceDraft): void {
  useProduceDrafts.setState(({ drafts }) => {
    const key = keyOf(connection, topic)
    const others = [...drafts].filter(([known]) => known !== key)
    return { drafts: new Map([...others, [key, draft] as const].slice(-draftsMax)) }
  })
}

/** The waiting draft, which then waits no longer. */
export function takeProduceDraft(connection: string, topic: string): ProduceDraft | undefined {
  const key = keyOf(connection, topic)
  const draft = useProduceDrafts.getState().drafts.get(key)
  if (draft !== undefined)
    useProduceDrafts.setState(({ drafts }) => ({ drafts: new Map([...drafts].filter(([known]) => known !== key)) }))
  return draft
}

/** Changes when a draft comes for that topic. */
export const useProduceDraft = (connection: string, topic: string): ProduceDraft | undefined =>
  useProduceDrafts(state => state.drafts.get(keyOf(connection, topic)))
