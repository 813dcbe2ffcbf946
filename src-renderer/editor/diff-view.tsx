import { useEffect, useRef } from 'react'
import { jsonTextLanguage } from './json-text.ts'
import { commonOptions, monacoLanguage, useMonaco } from './monaco.ts'
import { PlainText } from './plain-text.tsx'
import styles from './editor.module.css'

export interface DiffViewProps {
  readonly leftLabel: string
  readonly rightLabel: string
  readonly left: string
  readonly right: string
  readonly language?: string
  readonly wordWrap?: boolean
}

/** Two texts beside each other with what differs; reckoned in a worker, given up after a few seconds. */
export function DiffView({ leftLabel, rightLabel, left, right, language = 'plaintext', wordWrap = false }: DiffViewProps) {
  const monaco = useMonaco()
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (monaco === undefined || host.current === null) return undefined
    const id = language === 'json' ? jsonTextLanguage : monacoLanguage(language)
    const modelOf = (text: string) => monaco.editor.createModel(text, id)
    const models = { original: modelOf(left), modified: modelOf(right) }
    const editor = monaco.editor.createDiffEditor(host.current, {
      ...commonOptions,
      readOnly: true,
      domReadOnly: true,
      originalEditable: false,
      renderSideBySide: true,
      useInlineViewWhenSpaceIsLimited: false,
      originalAriaLabel: leftLabel,
      modifiedAriaLabel: rightLabel,
      diffWordWrap: wordWrap ? 'on' : 'off',
      maxComputationTime: 3_000,
      ignoreTrimWhitespace: false,
      renderOverviewRuler: false,
      hideUnchangedRegions: { enabled: false },
    })
    editor.setModel(models)
    return () => {
      editor.dispose()
      models.original.dispose()
      models.modified.dispose()
    }
  }, [monaco, language, left, right, leftLabel, rightLabel, wordWrap])
  if (monaco === undefined) return <PlainText label={rightLabel} text={right} />
  return (
    <div className={styles.host}>
      <div ref={host} />
    </div>
  )
}
