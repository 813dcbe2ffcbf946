import type { FieldPlace } from '../../../contract/views/records.ts'
import type { PlaceNode } from './place-node.ts'

/** The value as it is shown, and as it was sent. */
export interface PartPlaces {
  readonly characters: PlaceNode
  readonly bytes: PlaceNode
  /** Bytes in front of those that were decoded. */
  readonly skipped: number
}

/** One place of the text, or a range of bytes, both ends in it. */
export type LookedAt = { readonly char: number } | { readonly from: number; readonly to: number }

const plainName = /^[A-Za-z_$][\w$]*$/

/** The innermost field at a place of the text or around some bytes; undefined beside all of them. */
export function fieldAt({ characters, bytes, skipped }: PartPlaces, at: LookedAt): FieldPlace | undefined {
  const [low, high] = 'char' in at ? [at.char, at.char] : [at.from - skipped, at.to - skipped]
  const holds = (pair: Pair) => {
    const node = 'char' in at ? pair.shown : pair.sent
    // The place behind the last character belongs to the field too: there the cursor stands after it.
    return node.from <= low && high < node.to + ('char' in at ? 1 : 0)
  }
  let found: Pair = { path: '', shown: characters, sent: bytes }
  if (!holds(found)) return undefined
  for (;;) {
    let next: Pair | undefined
    for (const inner of innerPairs(found)) if (holds(inner)) next ??= inner
    if (next === undefined) return placeOf(found, skipped)
    found = next
  }
}

interface Pair {
  readonly path: string
  readonly shown: PlaceNode
  readonly sent: PlaceNode
}

function* innerPairs({ path, shown, sent }: Pair): Generator<Pair> {
  for (const [name, inner] of sent.members ?? []) {
    const twin = shown.members?.get(name)
    if (twin !== undefined) yield { path: memberPath(path, name), shown: twin, sent: inner }
  }
  for (const [index, inner] of (sent.elements ?? []).entries()) {
    const twin = shown.elements?.[index]
    if (twin !== undefined) yield { path: `${path}[${index}]`, shown: twin, sent: inner }
  }
}

function memberPath(path: string, name: string): string {
  if (!plainName.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}

const placeOf = ({ path, shown, sent }: Pair, skipped: number): FieldPlace => ({
  path,
  chars: { from: shown.from, to: shown.to },
  bytes: { from: sent.from + skipped, to: sent.to + skipped },
  valueBytes: { from: sent.valueFrom + skipped, to: sent.to + skipped },
})
