import { useState } from 'react'
import type { ReactNode } from 'react'
import { CodeInput } from '../../editor/code-input.tsx'
import type { CodeEditor } from '../../editor/monaco.ts'
import { Button } from '../../widgets/button.tsx'
import { Checkbox, TextArea } from '../../widgets/fields.tsx'
import { Select } from '../../widgets/select.tsx'
import { encodingOptions, takesJson } from './encodings.ts'
import type { Encoding, PartField } from './produce-form.ts'
import { withText } from './produce-form.ts'
import { SchemaSelect } from './schema-select.tsx'
import styles from './produce.module.css'

export interface PartInputProps {
  /** Name of the text box: `Key`. */
  readonly label: string
  readonly part: PartField
  readonly onChange: (part: PartField) => void
  /** `Null key`, `Tombstone`. */
  readonly nullLabel: string
  readonly problem: string | undefined
  readonly onSubmit: () => void
}

/** The key: a short text, its encoding, and whether it is there at all. */
export function KeyInput(props: PartInputProps) {
  const { part, label, onChange } = props
  return (
    <PartFrame {...props}>
      <TextArea
        label={label}
        hideLabel
        rows={1}
        value={part.text}
        onChange={text => onChange(withText(part, text))}
        placeholder={part.isNull ? 'null: partitions take turns' : ''}
        error={props.problem}
        onKeyDown={event => (event.ctrlKey || event.metaKey) && event.key === 'Enter' && props.onSubmit()}
      />
    </PartFrame>
  )
}

/** The value, in an editor of its language. */
export function ValueInput(props: PartInputProps) {
  const { part, label, onChange } = props
  const [editor, setEditor] = useState<CodeEditor | undefined>(undefined)
  const isJson = takesJson(part.encoding)
  return (
    <PartFrame
      {...props}
      grows
      tools={
        isJson && (
          <Button
            tone="quiet"
            disabledReason={editor === undefined ? 'The editor is still loading' : undefined}
            onClick={() => void editor?.getAction('editor.action.formatDocument')?.run()}
          >
            Format
          </Button>
        )
      }
    >
      <div className={styles.editor} data-null={part.isNull}>
        <CodeInput
          label={label}
          value={part.text}
          onChange={text => onChange(withText(part, text))}
          language={isJson || (part.encoding === 'text' && /^\s*[{[]/.test(part.text)) ? 'json' : 'plaintext'}
          placeholder={part.isNull ? 'null: deletes the key in a compacted topic' : isJson ? '{ }' : ''}
          onSubmit={props.onSubmit}
          onEditor={setEditor}
        />
      </div>
      {props.problem !== undefined && part.text !== '' && (
        <div role="alert" className="bad">
          {props.problem}
        </div>
      )}
    </PartFrame>
  )
}

function PartFrame(
  props: PartInputProps & { readonly grows?: boolean; readonly tools?: ReactNode; readonly children: ReactNode },
) {
  const { label, part, onChange } = props
  const name = label.toLowerCase()
  return (
    <div className={props.grows === true ? styles.partGrowing : styles.part} role="group" aria-label={`${label} of the record`}>
      <div className={styles.partHead}>
        <span className={styles.partTitle} aria-hidden>
          {label}
        </span>
        <Select<Encoding>
          label={`Encoding of the ${name}`}
          value={part.encoding}
          options={encodingOptions}
          onChange={encoding => onChange({ ...part, encoding })}
        />
        {part.encoding === 'schema' && (
          <SchemaSelect label={`Schema of the ${name}`} value={part.schema} onChange={schema => onChange({ ...part, schema })} />
        )}
        <span className="grow" />
        {props.tools}
        <Checkbox label={props.nullLabel} checked={part.isNull} onChange={isNull => onChange({ ...part, isNull })} />
      </div>
      {props.children}
    </div>
  )
}
