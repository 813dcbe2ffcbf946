import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '../../widgets/button.tsx'
import { Checkbox, TextArea } from '../../widgets/fields.tsx'
import { Select } from '../../widgets/select.tsx'
import { encodingOptions } from './encodings.ts'
import { holdEnter } from './hold-enter.ts'
import { changedHeader, withHeader, withText, withoutHeader } from './produce-form.ts'
import type { Encoding, HeaderField, ProduceForm } from './produce-form.ts'
import styles from './produce.module.css'

interface HeaderFieldsProps {
  readonly form: ProduceForm
  readonly onChange: (form: ProduceForm) => void
}

/** Headers in their order; a name may come twice, as in Kafka. */
export function HeaderFields({ form, onChange }: HeaderFieldsProps) {
  return (
    <div className={styles.part} role="group" aria-label="Headers of the record">
      <div className={styles.partHead}>
        <span className={styles.partTitle} aria-hidden>
          Headers <span className="faint">{form.headers.length}</span>
        </span>
        <span className="grow" />
        <Button tone="quiet" onClick={() => onChange(withHeader(form))}>
          <Plus aria-hidden /> Add header
        </Button>
      </div>
      <div className={styles.headers}>
        {form.headers.map((header, index) => (
          <HeaderLine
            key={header.id}
            number={index + 1}
            header={header}
            onChange={changed => onChange(changedHeader(form, changed))}
            onRemove={() => onChange(withoutHeader(form, header.id))}
          />
        ))}
      </div>
    </div>
  )
}

interface HeaderLineProps {
  readonly number: number
  readonly header: HeaderField
  readonly onChange: (header: HeaderField) => void
  readonly onRemove: () => void
}

const headerEncodings = encodingOptions.filter(option => option.value !== 'schema' && option.value !== 'registry')

function HeaderLine({ number, header, onChange, onRemove }: HeaderLineProps) {
  const { value } = header
  return (
    <div className={styles.header} role="group" aria-label={`Header ${number}`}>
      <TextArea
        label={`Header ${number} name`}
        hideLabel
        rows={1}
        placeholder="name"
        onKeyDown={holdEnter}
        value={header.name}
        onChange={name => onChange({ ...header, name })}
      />
      <TextArea
        label={`Header ${number} content`}
        hideLabel
        rows={1}
        placeholder={value.isNull ? 'null' : 'value'}
        onKeyDown={holdEnter}
        value={value.text}
        onChange={text => onChange({ ...header, value: withText(value, text) })}
      />
      <Select<Encoding>
        label={`Encoding of header ${number}`}
        value={value.encoding}
        options={headerEncodings}
        onChange={encoding => onChange({ ...header, value: { ...value, encoding } })}
      />
      <Checkbox label="Null" checked={value.isNull} onChange={isNull => onChange({ ...header, value: { ...value, isNull } })} />
      <IconButton label={`Remove header ${number}`} onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </div>
  )
}
