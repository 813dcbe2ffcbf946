/** A text as it came: its beginning, and pieces that were added since. */
export interface TextPieces {
  readonly text: string
  readonly more: readonly string[]
}

/**
 * How a text that is shown becomes another one: new pieces are appended, so that nothing moves and little is done. Pieces are compared
 * one by one and never joined: joining would copy the whole text each time.
 */
export type TextChange = { readonly kind: 'none' } | { readonly kind: 'append' | 'replace'; readonly text: string }

export function textChange(before: TextPieces, after: TextPieces): TextChange {
  const goesOn =
    before.text === after.text &&
    before.more.length <= after.more.length &&
    before.more.every((piece, index) => piece === after.more[index])
  if (!goesOn) return { kind: 'replace', text: after.text + after.more.join('') }
  if (before.more.length === after.more.length) return { kind: 'none' }
  return { kind: 'append', text: after.more.slice(before.more.length).join('') }
}

export const pieceChars = ({ text, more }: TextPieces): number => more.reduce((sum, piece) => sum + piece.length, text.length)
