import { useCallback, useEffect, useRef, useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { OneRecord, PartName } from './read-part.ts'

const chunkBytes = 65_536
/** 4 MiB in the window; those unused for longest go. */
const chunksMax = 64

export interface ByteSource {
  /** Undefined while it is on its way. */
  readonly at: (offset: number) => number | undefined
  readonly failure: Failure | undefined
  readonly retry: () => void
}

/** Bytes of one part as far as they are looked at: `first` to `last` are asked for when they are missing. */
export function useBytes(
  record: OneRecord,
  part: PartName,
  range: { readonly first: number; readonly last: number },
): ByteSource {
  const key = JSON.stringify([record, part])
  const [chunks, setChunks] = useState<{ readonly key: string; readonly held: ReadonlyMap<number, Uint8Array> }>(() => none(key))
  const [failure, setFailure] = useState<Failure | undefined>(undefined)
  const asked = useRef(new Set<string>())
  const held = chunks.key === key ? chunks.held : noChunks
  const [from, to] = [Math.floor(range.first / chunkBytes), Math.floor(range.last / chunkBytes)]

  const ask = useCallback(
    async (index: number) => {
      const name = `${key} ${index}`
      if (asked.current.has(name)) return
      asked.current.add(name)
      try {
        const answer = await bridge.call('records.bytes', { ...record, part, from: index * chunkBytes, length: chunkBytes })
        setChunks(before => ({ key, held: withChunk(before.key === key ? before.held : noChunks, index, answer.bytes) }))
        setFailure(undefined)
      } catch (error) {
        setFailure(failureOf(error))
      } finally {
        asked.current.delete(name)
      }
    },
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for record and part
    [key],
  )
  useEffect(() => {
    if (range.last < 0 || failure !== undefined) return
    for (let index = from; index <= to; index += 1) if (!held.has(index)) void ask(index)
  }, [ask, from, to, held, range.last, failure])

  const at = useCallback((offset: number) => held.get(Math.floor(offset / chunkBytes))?.[offset % chunkBytes], [held])
  return { at, failure, retry: useCallback(() => setFailure(undefined), []) }
}

const noChunks: ReadonlyMap<number, Uint8Array> = new Map()
const none = (key: string) => ({ key, held: noChunks })

function withChunk(held: ReadonlyMap<number, Uint8Array>, index: number, bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const others = [...held].filter(([known]) => known !== index)
  return new Map([...others.slice(-(chunksMax - 1)), [index, bytes] as const])
}
