import { useEffect, useRef } from 'react'
import { jsonTextLanguage } from './json-text.ts'
import { monacoLanguage, useMonaco } from './monaco.ts'
import type { CodeEditor, Monaco } from './monaco.ts'
import { PlainText } from './plain-text.tsx'
import { pieceChars, textChange } from './text-change.ts'
import type { TextChange, TextPieces } from './text-change.ts'
import { useEditor } from './use-editor.ts'
import styles from './editor.module.css'

export interface CodeViewProps {
  /** Accessible name. */
  readonly label: string
  /** Shown exactly. */
  readonly text: string
  /** What follows it, in pieces that came later: each new one is appended without touching the rest. */
  readonly more?: readonly string[]
  /** As Monaco or a snippet names it. */
  readonly language?: string
  readonly wordWrap?: boolean
  readonly lineNumbers?: boolean
  /** A part to mark, in characters of all that is shown; scrolled to when `isRevealed`. */
  readonly marked?: MarkedPart | undefined
  /** Where a person put the cursor, in characters. */
  readonly onCaret?: ((char: number) => void) | undefined
  /** The editor, for commands such as searching; undefined when it is gone. */
  readonly onEditor?: (editor: CodeEditor | undefined) => void
}

export interface MarkedPart {
  readonly from: number
  /** Behind the last one. */
  readonly to: number
  readonly isRevealed: boolean
}

/** Text that is only read: coloured, folding, searched with Ctrl+F. Plain text stands there until Monaco is loaded. */
export function CodeView(props: CodeViewProps) {
  const { label, text, more = none, language = 'plaintext', wordWrap = false, lineNumbers = true, marked, onEditor } = props
  const monaco = useMonaco()
  const { host, editor } = useEditor(monaco, {
    readOnly: true,
    domReadOnly: true,
    foldingStrategy: 'indentation',
    showFoldingControls: 'always',
    foldingMaximumRegions: 20_000,
    stopRenderingLineAfter: 10_000,
    cursorStyle: 'line-thin',
  })
  const shown = useRef<TextPieces>(nothing)

  useEffect(() => {
    if (monaco === undefined || editor === undefined) return undefined
    const model = monaco.editor.createModel('', viewLanguage(language))
    editor.setModel(model)
    shown.current = nothing
    return () => model.dispose()
  }, [monaco, editor, language])
  useEffect(() => {
    if (monaco === undefined || editor === undefined) return
    const now = { text, more }
    lighten(monaco, editor, pieceChars(now))
    show(monaco, editor, textChange(shown.current, now))
    shown.current = now
  }, [monaco, editor, text, more, language])
  useEffect(() => {
    // The override keeps Monaco from wrapping lines that it holds to be too long, unasked.
    const wrap = wordWrap ? 'on' : 'off'
    editor?.updateOptions({ ariaLabel: label, wordWrapOverride1: wrap, lineNumbers: lineNumbers ? 'on' : 'off' })
  }, [editor, label, wordWrap, lineNumbers])
  useEffect(() => {
    onEditor?.(editor)
    return () => onEditor?.(undefined)
  }, [editor, onEditor])

  useMarked(monaco, editor, marked)
  useCaret(monaco, editor, props.onCaret)

  if (monaco === undefined) return <PlainText label={label} text={text} wordWrap={wordWrap} />
  return (
    <div className={styles.host}>
      <div ref={host} />
    </div>
  )
}

function useMarked(monaco: Monaco | undefined, editor: CodeEditor | undefined, marked: MarkedPart | undefined): void {
  useEffect(() => {
    const model = editor?.getModel()
    if (monaco === undefined || editor === undefined || model === null || model === undefined || marked === undefined)
      return undefined
    const range = monaco.Range.fromPositions(model.getPositionAt(marked.from), model.getPositionAt(marked.to))
    const collection = editor.createDecorationsCollection([{ range, options: { className: styles.marked ?? '' } }])
    if (marked.isRevealed) editor.revealRangeInCenterIfOutsideViewport(range)
    return () => collection.clear()
  }, [monaco, editor, marked])
}

/** Moves of the cursor by a person; not those that come with a new text. */
function useCaret(monaco: Monaco | undefined, editor: CodeEditor | undefined, told: ((char: number) => void) | undefined): void {
  useEffect(() => {
    if (monaco === undefined || editor === undefined || told === undefined) return undefined
    const listening = editor.onDidChangeCursorPosition(({ reason, position }) => {
      const model = editor.getModel()
      if (reason === monaco.editor.CursorChangeReason.Explicit && model !== null) told(model.getOffsetAt(position))
    })
    return () => listening.dispose()
  }, [monaco, editor, told])
}

/** Colours, folding and brackets are reckoned over the whole text: beyond this the text alone is shown, so that it stays quick. */
const richCharsMax = 1_048_576

function lighten(monaco: Monaco, editor: CodeEditor, chars: number): void {
  const isRich = chars <= richCharsMax
  const model = editor.getModel()
  editor.updateOptions({ folding: isRich, matchBrackets: isRich ? 'near' : 'never', guides: { indentation: isRich } })
  if (!isRich && model !== null && model.getLanguageId() !== 'plaintext') monaco.editor.setModelLanguage(model, 'plaintext')
}

const viewLanguage = (language: string): string => (language === 'json' ? jsonTextLanguage : monacoLanguage(language))

const none: readonly string[] = []
const nothing: TextPieces = { text: '', more: none }

function show(monaco: Monaco, editor: CodeEditor, change: TextChange): void {
  const model = editor.getModel()
  if (model === null || change.kind === 'none') return
  if (change.kind === 'append') {
    const end = model.getFullModelRange().getEndPosition()
    model.applyEdits([{ range: monaco.Range.fromPositions(end), text: change.text }])
    return
  }
  model.setValue(change.text)
  editor.setScrollPosition({ scrollTop: 0, scrollLeft: 0 })
}
