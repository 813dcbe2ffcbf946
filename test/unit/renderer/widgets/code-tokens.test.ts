import { describe, expect, it } from 'vitest'
import { codeTokens } from '../../../../src-renderer/widgets/code-tokens.ts'

const kinds = (code: string, language: string) =>
  codeTokens(code, language)
    .filter(({ kind }) => kind !== 'plain')
    .map(({ kind, text }) => `${kind} ${text}`)

describe('colours of short programs', () => {
  it('tell strings, keywords, numbers and comments apart, by language', () => {
    expect(kinds('var a = "x\\"y"; // 12', 'java')).toEqual(['keyword var', 'string "x\\"y"', 'comment // 12'])
    expect(kinds('message = poll(1.0) # none', 'python')).toEqual(['number 1.0', 'comment # none'])
    expect(kinds('spring:\n  group-id: my-service', 'yaml')).toEqual(['keyword spring', 'keyword group-id'])
    expect(kinds("kcat -f '%p' | x", 'shell')).toEqual(["string '%p'"])
  })

  it('let what has to be put in stand out', () => {
    expect(kinds('put("user YOUR_PASSWORD");', 'java')).toEqual(['string "user ', 'placeholder YOUR_PASSWORD', 'string "'])
  })

  it('lose nothing of the text, whatever it is', () => {
    for (const code of ['', '"unclosed', "a\n\tb `x` 'y' // z\n", '<script>alert(1)</script>'])
      for (const language of ['java', 'yaml', 'shell', 'nonsense'])
        expect(
          codeTokens(code, language)
            .map(({ text }) => text)
            .join(''),
        ).toBe(code)
  })
})
