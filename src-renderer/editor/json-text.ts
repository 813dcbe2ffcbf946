import type * as Monaco from 'monaco-editor/editor'

/**
 * JSON that is only read: coloured, without the language service, which would be sent the whole text. Numbers are characters here as
 * everywhere in the window.
 */
export const jsonTextLanguage = 'json-text'

export function registerJsonText({ languages }: typeof Monaco): void {
  // No brackets are declared: Monaco would pair those of the whole text before it draws the first line.
  languages.register({ id: jsonTextLanguage })
  languages.setMonarchTokensProvider(jsonTextLanguage, {
    tokenizer: {
      root: [
        [/"(?:[^"\\]|\\.)*"(?=\s*:)/, 'key'],
        [/"(?:[^"\\]|\\.)*"?/, 'string'],
        [/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, 'number'],
        [/\b(?:true|false|null)\b/, 'keyword'],
        [/[{}[\],:]/, 'delimiter'],
      ],
    },
  })
}
