import { useState } from 'react'
import { Check, ChevronDown } from 'lucide-react'
import { Command } from 'cmdk'
import { Popover } from 'radix-ui'
import { useLatest } from '../bridge/use-stream.ts'
import { Button } from '../widgets/button.tsx'
import type { DecoderChoice } from './decoder-choice.ts'
import { decoderGroups } from './decoder-options.ts'
import type { DecoderOption } from './decoder-options.ts'
import { decoderTitle } from './decoder-titles.ts'
import styles from './decoder-menu.module.css'

export interface DecoderMenuProps {
  /** Name of the control. */
  readonly label: string
  readonly choice: DecoderChoice
  readonly onChoose: (choice: DecoderChoice) => void
  /** What the automatic choice took, and why; undefined: nothing was decoded yet. */
  readonly automatic: { readonly title: string; readonly reason: string } | undefined
  /** Decoders that suit the bytes at hand. */
  readonly suited?: readonly string[]
}

/** How keys or values are read: by themselves, by a format, by a schema of the folder, or by a chain that is typed. */
export function DecoderMenu(props: DecoderMenuProps) {
  const { label, choice, automatic } = props
  const [isOpen, setOpen] = useState(false)
  const text = choice !== 'auto' ? decoderTitle(choice) : automatic === undefined ? 'Automatic' : `${automatic.title} · automatic`
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button
          role="combobox"
          aria-expanded={isOpen}
          aria-haspopup="listbox"
          aria-label={label}
          title={label}
          className={styles.trigger ?? ''}
        >
          <span className="cut">{text}</span>
          <ChevronDown size={12} aria-hidden className="faint" />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={styles.menu} sideOffset={3} align="start" aria-label={label}>
          <DecoderList {...props} onClose={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function DecoderList(props: DecoderMenuProps & { readonly onClose: () => void }) {
  const { choice, automatic, suited = noNames, onChoose, onClose } = props
  const [typed, setTyped] = useState('')
  const { data: folder } = useLatest('schemas.watch', undefined)
  const groups = decoderGroups({ schemas: folder?.schemas ?? [], choice, suited, typed })
  const item = (option: DecoderOption) => (
    <Command.Item
      key={option.choice}
      value={option.choice}
      onSelect={() => {
        onChoose(option.choice)
        onClose()
      }}
    >
      <span className={styles.check}>{option.choice === choice && <Check size={12} aria-label="chosen" />}</span>
      <span className="cut">{option.label}</span>
      {option.hint !== '' && <span className={styles.hint}>{option.hint}</span>}
    </Command.Item>
  )
  return (
    <Command shouldFilter={false} label={props.label}>
      <Command.Input value={typed} onValueChange={setTyped} placeholder="Find, or type steps: base64>gunzip>json" />
      <Command.List>
        <Command.Empty>Neither a decoder nor steps such as base64&gt;gunzip&gt;json.</Command.Empty>
        {typed.trim() === '' &&
          item({ choice: 'auto', label: 'Automatic', hint: automatic === undefined ? '' : automatic.title })}
        {typed.trim() === '' && automatic !== undefined && <p className={styles.reason}>{automatic.reason}</p>}
        {groups.map(({ title, options }) => (
          <Command.Group key={title} heading={title}>
            {options.map(item)}
          </Command.Group>
        ))}
        {folder?.folder === null && typed === '' && (
          <p className={styles.reason}>
            Schemas of a folder (.avsc, .proto, .json) stand here once one is chosen in the settings.
          </p>
        )}
      </Command.List>
      <p className={styles.foot}>Steps: base64, unhex, unquote, gunzip, inflate, zstd, lz4, snappy, skip-N</p>
    </Command>
  )
}

const noNames: readonly string[] = []
