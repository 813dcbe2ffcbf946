import { classes } from '../widgets/classes.ts'
import styles from './editor.module.css'

/** What is shown until Monaco is there: the beginning is enough for that moment. */
const charsMax = 20_000

export const PlainText = ({ label, text, wordWrap = false }: PlainTextProps) => (
  <pre className={classes(styles.plain, wordWrap && styles.wrapped)} role="group" aria-label={label} tabIndex={0}>
    {text.slice(0, charsMax)}
  </pre>
)

export interface PlainTextProps {
  readonly label: string
  readonly text: string
  readonly wordWrap?: boolean
}
