import { useEffect, useState } from 'react'
import type * as MonacoModule from 'monaco-editor/editor'

export type Monaco = typeof MonacoModule
export type CodeEditor = MonacoModule.editor.IStandaloneCodeEditor
export type EditorOptions = MonacoModule.editor.IStandaloneEditorConstructionOptions

let loading: Promise<Monaco> | undefined
let loaded: Monaco | undefined

/** Monaco with its languages and the theme of the window. Loaded once, at the first call; a failed load is tried again at the next. */
export function loadMonaco(): Promise<Monaco> {
  loading ??= import('./monaco-parts.ts').then(
    ({ monaco }) => (loaded = monaco),
    (error: unknown) => {
      loading = undefined
      throw error
    },
  )
  return loading
}

/** Monaco, or undefined while it is still on its way: show the text plainly until then. */
export function useMonaco(): Monaco | undefined {
  const [monaco, setMonaco] = useState(loaded)
  useEffect(() => {
    if (monaco !== undefined) return undefined
    let isGone = false
    // A page that cannot load it keeps the plain text.
    loadMonaco().then(
      found => !isGone && setMonaco(found),
      () => undefined,
    )
    return () => void (isGone = true)
  }, [monaco])
  return monaco
}

/** What all editors of the window have in common; each adds its own. */
export const commonOptions: EditorOptions = {
  automaticLayout: true,
  fontFamily: '"JetBrains Mono Variable", ui-monospace, monospace',
  fontSize: 12,
  lineHeight: 18,
  fontLigatures: false,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false, alwaysConsumeMouseWheel: false },
  overviewRulerLanes: 0,
  hideCursorInOverviewRuler: true,
  renderLineHighlight: 'none',
  renderControlCharacters: true,
  // Payloads are data: what they say is neither a link nor a colour to pick.
  links: false,
  colorDecorators: false,
  // Only what cannot be seen is marked; letters of another alphabet are no suspicion.
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true, nonBasicASCII: false },
  unusualLineTerminators: 'off',
  wordBasedSuggestions: 'off',
  occurrencesHighlight: 'off',
  stickyScroll: { enabled: false },
  fixedOverflowWidgets: true,
  // A text area, as other programs and tests know it, instead of the newer EditContext.
  editContext: false,
}

/** Languages by the names that views and snippets use, where Monaco has another. */
export const monacoLanguage = (name: string): string => aliases[name] ?? name
const aliases: Readonly<Record<string, string>> = {
  text: 'plaintext',
  bash: 'shell',
  sh: 'shell',
  js: 'javascript',
  typescript: 'javascript',
  properties: 'ini',
  'c#': 'csharp',
}
