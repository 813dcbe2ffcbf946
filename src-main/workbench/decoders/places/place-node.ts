/**
 * Where a value stands, in characters of a text or in bytes: the same tree is made of what is shown and of what was sent, and a field of
 * one is found in the other by its name.
 */
export interface PlaceNode {
  /** With its name or key in front, where there is one. */
  readonly from: number
  /** Behind the value. */
  readonly to: number
  /** The value alone. */
  readonly valueFrom: number
  /** Of an object, by name: the last of equal names counts. */
  readonly members?: ReadonlyMap<string, PlaceNode>
  readonly elements?: readonly PlaceNode[]
}

/** Larger values are not taken apart for this, so that choosing a field never holds up anything. */
export const placedBytesMax = 1_048_576
export const placedDepthMax = 500

export const leaf = (from: number, to: number): PlaceNode => ({ from, valueFrom: from, to })

/** The same value with its name in front. */
export const named = (from: number, value: PlaceNode): PlaceNode => ({ ...value, from })

/** The same tree further behind. */
export const moved = (node: PlaceNode, by: number): PlaceNode => mapped(node, at => at + by)

/** Each position as `at` says. */
export const mapped = (node: PlaceNode, at: (position: number) => number): PlaceNode => ({
  from: at(node.from),
  valueFrom: at(node.valueFrom),
  to: at(node.to),
  ...(node.members === undefined
    ? {}
    : { members: new Map([...node.members].map(([name, member]) => [name, mapped(member, at)])) }),
  ...(node.elements === undefined ? {} : { elements: node.elements.map(element => mapped(element, at)) }),
})
