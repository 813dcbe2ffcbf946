/** How a text that is shown becomes another one: more of the same is appended, so that nothing moves and little is done. */
export type TextChange = { readonly kind: 'none' } | { readonly kind: 'append' | 'replace'; readonly text: string }

export function textChange(before: string, after: string): TextChange {
  if (before === after) return { kind: 'none' }
  if (before !== '' && after.length > before.length && after.startsWith(before))
    return { kind: 'append', text: after.slice(before.length) }
  return { kind: 'replace', text: after }
}
