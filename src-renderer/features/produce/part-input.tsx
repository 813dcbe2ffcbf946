import { useState } from 'react'
import type { ReactNode } from 'react'
import { CodeInput } from '../../editor/code-input.tsx'
import type { CodeEditor } from '../../editor/monaco.ts'
import { useRemembered } from '../../preferences/use-remembered.ts'
import { Button } from '../../widgets/button.tsx'
import { Checkbox, TextArea } from '../../widgets/fields.tsx'
import { Select } from '../../widgets/select.tsx'
import { encodingOptions, takesJson } from './encodings.ts'
import type { Encoding, PartField } from './produce-form.ts'
import { holdEnter } from './hold-enter.ts'
import { withText } from './produce-form.ts'
import { SchemaSelect, SubjectSelect } from './schema-select.tsx'
import styles from './produce.module.css'

export interface PartInputProps {
  readonly connection: string
  readonly topic: string
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
        onKeyDown={holdEnter}
      />
    </PartFrame>
  )
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'

/** The value: in a plain text area, or in an editor of its language, as the person likes it better. */
export function ValueInput(props: PartInputProps) {
  const { part, label, onChange } = props
  const [editor, setEditor] = useState<CodeEditor | undefined>(undefined)
  const [isCode, setCode] = useRemembered('produce.code-editor', false, isBoolean)
  const isJson = takesJson(part.encoding)
  const language = isJson || (part.encoding === 'text' && /^\s*[{[]/.test(part.text)) ? 'json' : 'plaintext'
  const placeholder = part.isNull ? 'null: deletes the key in a compacted topic' : isJson ? '{ }' : ''
  return (
    <PartFrame
      {...props}
      grows
      tools={
        <>
          {isCode && isJson && (
            <Button
              tone="quiet"
              disabledReason={editor === undefined ? 'The editor is still loading' : undefined}
              onClick={() => void editor?.getAction('editor.action.formatDocument')?.run()}
            >
              Format
            </Button>
          )}
          <Button tone="quiet" isPressed={isCode} onClick={() => setCode(!isCode)}>
            Code editor
          </Button>
        </>
      }
    >
      <div className={styles.editor} data-null={part.isNull}>
        {isCode ? (
          <CodeInput
            label={label}
            value={part.text}
            onChange={text => onChange(withText(part, text))}
            language={language}
            placeholder={placeholder}
            onSubmit={props.onSubmit}
            onEditor={setEditor}
          />
        ) : (
          <TextArea
            label={label}
            hideLabel
            value={part.text}
            onChange={text => onChange(withText(part, text))}
            placeholder={placeholder}
          />
        )}
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
        {part.encoding === 'registry' && (
          <SubjectSelect
            label={`Subject of the ${name}`}
            connection={props.connection}
            value={part.subject}
            wanted={`${props.topic}-${name}`}
            onChange={subject => onChange({ ...part, subject })}
          />
        )}
        <span className="grow" />
        {props.tools}
        <Checkbox label={props.nullLabel} checked={part.isNull} onChange={isNull => onChange({ ...part, isNull })} />
      </div>
      {props.children}
    </div>
  )
}
