import { ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import type { DecoderChoice, DecoderChoices } from '../../places/decoder-choice.ts'
import { Button } from '../../widgets/button.tsx'
import { Checkbox } from '../../widgets/fields.tsx'
import { DecoderMenu } from '../../places/decoder-menu.tsx'
import { decoderTitle } from '../../places/decoder-titles.ts'
import type { PartFormat } from './row-formats.ts'
import type { ReadFieldsProps } from './read-fields.tsx'
import styles from './messages.module.css'

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
  return (
    <div className={styles.decoder}>
      <span className="muted">{label}</span>
      <DecoderMenu {...{ label, choice, onChoose }} automatic={choice === 'auto' ? (format ?? undefined) : undefined} />
      <span className={styles.reason}>{format?.reason ?? 'Nothing is loaded that it could be tried on.'}</span>
    </div>
  )
}
