import { useState } from 'react'
import { ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useLatest } from '../../bridge/use-stream.ts'
import type { DecoderChoice, DecoderChoices } from '../../places/decoder-choice.ts'
import { Button } from '../../widgets/button.tsx'
import { Checkbox, TextField } from '../../widgets/fields.tsx'
import { Select } from '../../widgets/select.tsx'
import { decoderTitle } from '../../places/decoder-titles.ts'
import { chainOf } from './row-formats.ts'
import type { PartFormat } from './row-formats.ts'
import type { ReadFieldsProps } from './read-fields.tsx'
import styles from './messages.module.css'

const plainNames = [
  ...(['auto', 'text', 'json', 'xml', 'avro', 'protobuf', 'msgpack', 'cbor', 'int32', 'int64', 'float64'] as const),
  ...(['uuid', 'internal', 'hex'] as const),
]
const chains = ['base64>json', 'gunzip>json', 'base64>gunzip>json', 'base64>protobuf', 'skip-5>avro'] as const

/** How keys and values are read, and why so; kept for the topic. */
export function DecoderFields(props: ReadFieldsProps) {
  const { decoders, onDecoders, formats } = props
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button title={`Decoders. ${formats.value?.reason ?? ''}`}>
          {buttonText(decoders, formats)}
          <ChevronDown aria-hidden className="faint" />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={styles.popover} sideOffset={4} align="end" aria-label="Decoders">
          <div className={styles.decoders}>
            <PartDecoder
              label="Value decoder"
              choice={decoders.value}
              format={formats.value}
              onChoose={value => onDecoders({ ...decoders, value })}
            />
            <PartDecoder
              label="Key decoder"
              choice={decoders.key}
              format={formats.key}
              onChoose={key => onDecoders({ ...decoders, key })}
            />
            <Checkbox label="Show transaction markers" checked={props.showControl} onChange={props.onShowControl} />
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function buttonText({ key, value }: DecoderChoices, formats: ReadFieldsProps['formats']): string {
  if (key === 'auto' && value === 'auto') return formats.value === null ? 'Automatic' : `${formats.value.title}, automatic`
  return key === 'auto' ? decoderTitle(value) : `${decoderTitle(value)} / ${decoderTitle(key)}`
}

interface PartDecoderProps {
  readonly label: string
  readonly choice: DecoderChoice
  readonly format: PartFormat | null
  readonly onChoose: (choice: DecoderChoice) => void
}

function PartDecoder({ label, choice, format, onChoose }: PartDecoderProps) {
  const { data } = useLatest('schemas.watch', undefined)
  const schemas = (data?.schemas ?? []).map(({ name }) => `schema:${name}` as const)
  const names: DecoderChoice[] = [...new Set<DecoderChoice>([...plainNames, ...schemas, ...chains, choice])]
  return (
    <div className={styles.decoder}>
      <span className="muted">{label}</span>
      <Select
        label={label}
        value={choice}
        options={names.map(name => ({ value: name, label: decoderTitle(name) }))}
        onChange={onChoose}
      />
      <StepsField key={choice} label={`Steps of the ${label.toLowerCase()}`} choice={choice} onChoose={onChoose} />
      <span className={styles.reason}>{format?.reason ?? 'Nothing is loaded that it could be tried on.'}</span>
    </div>
  )
}

/** Any chain, as text. */
function StepsField({ label, choice, onChoose }: Omit<PartDecoderProps, 'format'>) {
  const [text, setText] = useState<string>(choice.includes('>') ? choice : '')
  const chain = chainOf(text)
  return (
    <TextField
      label={label}
      hideLabel
      mono
      placeholder="or steps: base64>gunzip>json"
      value={text}
      error={text.trim() === '' || chain !== undefined ? undefined : 'steps and a decoder, such as base64>gunzip>json'}
      onChange={setText}
      onKeyDown={event => event.key === 'Enter' && chain !== undefined && onChoose(chain)}
    />
  )
}
