import { useEffect, useRef } from 'react'
import { useCurrent } from '../bridge/use-current.ts'
import { classes } from '../widgets/classes.ts'
import { TextArea } from '../widgets/fields.tsx'
import { monacoLanguage, useMonaco } from './monaco.ts'
import type { CodeEditor } from './monaco.ts'
import { useEditor } from './use-editor.ts'
import styles from './editor.module.css'

export interface CodeInputProps {
  /** Accessible name. */
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly language?: string
  readonly placeholder?: string
  readonly isReadOnly?: boolean
  /** With Ctrl+Enter. */
  readonly onSubmit?: () => void
  readonly onEditor?: (editor: CodeEditor | undefined) => void
}

/** Text that is typed, with the help of its language; a plain text area until Monaco is loaded. Tab moves the focus on, as in any form. */
export function CodeInput(props: CodeInputProps) {
  const { label, value, language = 'plaintext', placeholder = '', isReadOnly = false, onEditor } = props
  const monaco = useMonaco()
  const latest = useCurrent(props)
  const known = useRef(value)
  const { host, editor } = useEditor(monaco, {
    tabSize: 2,
    tabFocusMode: true,
    autoIndent: 'keep',
    lineNumbersMinChars: 3,
    folding: false,
    wordWrap: 'on',
    padding: { top: 5, bottom: 5 },
  })

  useEffect(() => {
    if (monaco === undefined || editor === undefined) return undefined
    const { value: text, language: first = 'plaintext' } = latest.current
    const model = monaco.editor.createModel(text, monacoLanguage(first))
    known.current = text
    editor.setModel(model)
    const listening = model.onDidChangeContent(() => {
      known.current = model.getValue()
      latest.current.onChange(known.current)
    })
    return () => {
      listening.dispose()
      model.dispose()
    }
  }, [monaco, editor, latest])
  useEffect(() => {
    const model = editor?.getModel()
    if (monaco !== undefined && model) monaco.editor.setModelLanguage(model, monacoLanguage(language))
  }, [monaco, editor, language])
  useEffect(() => {
    if (editor !== undefined && known.current !== value) editor.getModel()?.setValue(value)
  }, [editor, value])
  useEffect(() => {
    editor?.updateOptions({ ariaLabel: label, placeholder, readOnly: isReadOnly })
  }, [editor, label, placeholder, isReadOnly])
  useEffect(() => {
    if (monaco === undefined || editor === undefined) return
    editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => latest.current.onSubmit?.())
  }, [monaco, editor, latest])
  useEffect(() => {
    onEditor?.(editor)
    return () => onEditor?.(undefined)
  }, [editor, onEditor])

  if (monaco === undefined)
    return <TextArea label={label} hideLabel value={value} onChange={props.onChange} placeholder={placeholder} rows={6} />
  return (
    <div className={classes(styles.host, styles.framed)}>
      <div ref={host} />
    </div>
  )
}
