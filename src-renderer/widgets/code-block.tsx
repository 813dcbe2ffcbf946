import { useMemo } from 'react'
import { codeTokens } from './code-tokens.ts'
import styles from './code-block.module.css'

export interface CodeBlockProps {
  /** Accessible name. */
  readonly label: string
  readonly code: string
  /** `java`, `python`, `yaml` … */
  readonly language: string
}

/** A short program to read and to copy; it scrolls when it is longer than its place. */
export function CodeBlock({ label, code, language }: CodeBlockProps) {
  const tokens = useMemo(() => codeTokens(code, language), [code, language])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
    <pre className={styles.code} tabIndex={0} aria-label={label}>
      {tokens.map(({ kind, text }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- tokens have no other identity, and never move
        <span key={index} className={styles[kind]}>
          {text}
        </span>
      ))}
    </pre>
  )
}
