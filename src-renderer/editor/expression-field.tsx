import { useEffect, useId, useState } from 'react'
import { useCurrent } from '../bridge/use-current.ts'
import { useMonaco } from './monaco.ts'
import type { Monaco } from './monaco.ts'
import { useEditor } from './use-editor.ts'
import styles from './expression-field.module.css'

/** A name that is offered while typing. */
export interface ExpressionName {
  readonly name: string
  readonly detail: string
}

export interface ExpressionFieldProps {
  /** Accessible name. */
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder: string
  /** Enter; Shift+Enter makes a new line. */
  readonly onSubmit: () => void
  readonly onEscape?: () => void
  /** What may follow the text before the caret: names of the outermost level, or fields after a dot. */
  readonly namesAt: (before: string) => readonly ExpressionName[]
}

const linePx = 18
const linesMax = 8

/** A JavaScript expression in a field of one line, which grows with its lines. A plain field until Monaco is loaded. */
export function ExpressionField(props: ExpressionFieldProps) {
  const { label, value, placeholder } = props
  const id = useId()
  const monaco = useMonaco()
  const latest = useCurrent(props)
  const [lines, setLines] = useState(1)
  const { host, editor } = useEditor(monaco, fieldOptions)

  useEffect(() => {
    if (monaco === undefined || editor === undefined) return undefined
    const uri = monaco.Uri.parse(`inmemory://expression/${encodeURIComponent(id)}.js`)
    const model = monaco.editor.createModel(latest.current.value, 'javascript', uri)
    editor.setModel(model)
    const parts = [
      model,
      model.onDidChangeContent(() => latest.current.onChange(model.getValue())),
      editor.onDidContentSizeChange(({ contentHeight }) => setLines(Math.min(linesMax, Math.round(contentHeight / linePx)))),
      completion(monaco, uri.toString(), before => latest.current.namesAt(before)),
    ]
    editor.addCommand(monaco.KeyCode.Enter, () => latest.current.onSubmit(), '!suggestWidgetVisible')
    editor.addCommand(monaco.KeyCode.Escape, () => latest.current.onEscape?.(), '!suggestWidgetVisible')
    return () => {
      for (const part of parts) part.dispose()
    }
  }, [monaco, editor, id, latest])
  useEffect(() => {
    const model = editor?.getModel()
    if (model !== null && model !== undefined && model.getValue() !== value) model.setValue(value)
  }, [editor, value])
  useEffect(() => {
    editor?.updateOptions({ ariaLabel: label, placeholder })
  }, [editor, label, placeholder])

  if (monaco === undefined)
    return (
      <input
        className={styles.plain}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        spellCheck={false}
        onChange={event => props.onChange(event.target.value)}
      />
    )
  return (
    <div className={styles.host} style={{ height: lines * linePx }}>
      <div ref={host} />
    </div>
  )
}

const fieldOptions = {
  lineNumbers: 'off',
  glyphMargin: false,
  folding: false,
  lineDecorationsWidth: 0,
  lineNumbersMinChars: 0,
  wordWrap: 'on',
  tabFocusMode: true,
  autoIndent: 'keep',
  matchBrackets: 'always',
  scrollbar: { vertical: 'hidden', horizontal: 'hidden', alwaysConsumeMouseWheel: false },
  quickSuggestions: true,
  suggest: { showWords: false, showIcons: false },
  contextmenu: false,
  padding: { top: 0, bottom: 0 },
} as const

function completion(monaco: Monaco, uri: string, namesAt: (before: string) => readonly ExpressionName[]) {
  return monaco.languages.registerCompletionItemProvider('javascript', {
    triggerCharacters: ['.'],
    provideCompletionItems(model, position) {
      if (model.uri.toString() !== uri) return { suggestions: [] }
      const word = model.getWordUntilPosition(position)
      const { lineNumber } = position
      const range = {
        startLineNumber: lineNumber,
        endLineNumber: lineNumber,
        startColumn: word.startColumn,
        endColumn: word.endColumn,
      }
      const before = model.getValueInRange({
        startLineNumber: 1,
        startColumn: 1,
        endLineNumber: lineNumber,
        endColumn: position.column,
      })
      const suggestions = namesAt(before).map(({ name, detail }) => ({
        label: name,
        detail,
        insertText: name,
        kind: monaco.languages.CompletionItemKind.Field,
        range,
      }))
      return { suggestions }
    },
  })
}
