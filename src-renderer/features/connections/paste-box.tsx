import { useState } from 'react'
import { ClipboardPaste } from 'lucide-react'
import { Button } from '../../widgets/button.tsx'
import { TextArea } from '../../widgets/fields.tsx'
import type { Draft } from './draft.ts'
import { pasteProperties } from './paste-properties.ts'
import type { Pasted } from './paste-properties.ts'
import styles from './connections.module.css'

const charactersMax = 200_000
const placeholder = `bootstrap.servers=broker1:9092
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="…" password="…";`

export interface PasteBoxProps {
  readonly isOpen: boolean
  readonly onOpen: (isOpen: boolean) => void
  readonly onPaste: (fields: Partial<Draft>) => void
}

/** Fills the fields from a client properties file, and says what of it was not understood. */
export function PasteBox({ isOpen, onOpen, onPaste }: PasteBoxProps) {
  const [text, setText] = useState('')
  const [pasted, setPasted] = useState<Pasted | undefined>()
  const read = () => {
    const found = pasteProperties(text)
    onPaste(found.fields)
    setPasted(found)
    // It may hold a password: what was read stands no longer on the screen.
    setText('')
    onOpen(false)
  }
  if (!isOpen)
    return (
      <div className={styles.paste}>
        <Button onClick={() => onOpen(true)}>
          <ClipboardPaste aria-hidden />
          Paste a client properties file
        </Button>
        {pasted !== undefined && <Outcome pasted={pasted} />}
      </div>
    )
  return (
    <div className={styles.paste}>
      <TextArea
        label="Client properties"
        rows={6}
        maxLength={charactersMax}
        placeholder={placeholder}
        value={text}
        onChange={setText}
        hint="As a Java, Spring or librdkafka client takes them. Nothing is read from disk."
        autoFocus
      />
      <div className={styles.pasteActions}>
        <Button onClick={() => onOpen(false)}>Not now</Button>
        <Button disabled={text.trim() === ''} onClick={read}>
          Fill the fields
        </Button>
      </div>
    </div>
  )
}

function Outcome({ pasted: { taken, problems, ignored } }: { readonly pasted: Pasted }) {
  return (
    <div className={styles.outcome} role="status">
      <span>{taken.length === 0 ? 'Nothing in it says how to reach a cluster.' : `Taken: ${taken.join(', ')}.`}</span>
      {problems.map(problem => (
        <span key={problem} className="warn">
          {problem}
        </span>
      ))}
      {ignored.length > 0 && (
        <span className="muted">Left out, because it is not about reaching the cluster: {ignored.join(', ')}.</span>
      )}
    </div>
  )
}
