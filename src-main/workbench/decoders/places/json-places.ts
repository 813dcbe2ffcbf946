import { forEachToken } from '../json-tokens.ts'
import { mapped } from './place-node.ts'
import type { PlaceNode } from './place-node.ts'

interface OpenNode {
  readonly node: { from: number; valueFrom: number; to: number }
  readonly members: Map<string, PlaceNode> | undefined
  readonly elements: PlaceNode[] | undefined
}

/** Of JSON that was found to be valid; characters. Walks tokens, so that no depth of nesting breaks it. */
export function jsonPlaces(characters: string): PlaceNode | undefined {
  const open: OpenNode[] = []
  let root: PlaceNode | undefined
  let name: { readonly text: string; readonly from: number } | undefined
  const put = (node: PlaceNode) => {
    const into = open.at(-1)
    into?.elements?.push(node)
    if (name !== undefined) into?.members?.set(name.text, node)
    root ??= node
    name = undefined
  }
  forEachToken(characters, (token, at) => {
    if (token === '}' || token === ']') {
      const closed = open.pop()
      if (closed !== undefined) closed.node.to = at + 1
    } else if (token === '{' || token === '[') {
      const opened = openedAt(token, name?.from ?? at, at)
      put(Object.assign(opened.node, opened.members ? { members: opened.members } : { elements: opened.elements }) as PlaceNode)
      open.push(opened)
    } else if (open.at(-1)?.members !== undefined && name === undefined && token !== ',' && token !== ':')
      name = { text: nameOf(token), from: at }
    else if (token !== ',' && token !== ':') put({ from: name?.from ?? at, valueFrom: at, to: at + token.length })
    return true
  })
  return root
}

function openedAt(token: string, from: number, at: number): OpenNode {
  const node = { from, valueFrom: at, to: at + 1 }
  return token === '{' ? { node, members: new Map(), elements: undefined } : { node, members: undefined, elements: [] }
}

function nameOf(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    return token
  }
}

/** From characters of a text to bytes of its UTF-8. */
export const inBytes = (node: PlaceNode, characters: string, start = 0): PlaceNode => mapped(node, byteOffsets(characters, start))

function byteOffsets(characters: string, start: number): (at: number) => number {
  const offsets = new Uint32Array(characters.length + 1)
  let bytes = start
  for (let at = 0; at < characters.length; at += 1) {
    offsets[at] = bytes
    const code = characters.charCodeAt(at)
    // Of a pair, each half counts two of the four bytes.
    const isHalf = code >= 0xd800 && code <= 0xdfff
    bytes += code < 0x80 ? 1 : code < 0x800 || isHalf ? 2 : 3
  }
  offsets[characters.length] = bytes
  return at => offsets[at] as number
}
