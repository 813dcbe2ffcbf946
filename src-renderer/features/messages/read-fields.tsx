import type { DecoderChoice, DecoderChoices } from '../../places/decoder-choice.ts'
import { Button } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { Menu } from '../../widgets/menu.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { Select } from '../../widgets/select.tsx'

export interface ReadFieldsProps {
  readonly partitionCount: number
  readonly partitions: readonly number[] | null
  readonly onPartitions: (partitions: readonly number[] | null) => void
  readonly isolation: 'read-committed' | 'read-uncommitted'
  readonly onIsolation: (isolation: 'read-committed' | 'read-uncommitted') => void
  readonly showControl: boolean
  readonly onShowControl: (isShown: boolean) => void
  readonly decoders: DecoderChoices
  readonly onDecoders: (decoders: DecoderChoices) => void
}

/** Which partitions are read, in which isolation, decoded how. */
export function ReadFields(props: ReadFieldsProps) {
  return (
    <>
      <PartitionsMenu {...props} />
      <Select
        label="Isolation"
        value={props.isolation}
        options={[
          { value: 'read-committed', label: 'Read committed' },
          { value: 'read-uncommitted', label: 'Read uncommitted' },
        ]}
        onChange={props.onIsolation}
      />
      <Menu entries={decoderEntries(props)} align="end">
        <Button title="How keys and values are decoded">{decoderText(props.decoders)} ▾</Button>
      </Menu>
    </>
  )
}

/** Partitions named one by one in the menu; of more, only the first. */
const partitionsListed = 200

function PartitionsMenu({ partitionCount, partitions, onPartitions }: ReadFieldsProps) {
  const all = Array.from({ length: Math.min(partitionCount, partitionsListed) }, (_, index) => index)
  const toggle = (partition: number, isOn: boolean) => {
    const chosen = partitions ?? []
    const next = isOn ? [...chosen, partition].toSorted((a, b) => a - b) : chosen.filter(one => one !== partition)
    onPartitions(next.length === 0 ? null : next)
  }
  const entries: MenuEntry[] = [
    { label: 'All partitions', run: () => onPartitions(null) },
    { kind: 'separator' },
    ...all.map(partition => ({
      kind: 'check' as const,
      label: `Partition ${partition}`,
      checked: partitions?.includes(partition) ?? false,
      run: (isOn: boolean) => toggle(partition, isOn),
    })),
  ]
  const text =
    partitions === null
      ? 'All partitions'
      : partitions.length === 1
        ? `Partition ${partitions[0]}`
        : plural(partitions.length, 'partition')
  return (
    <Menu entries={entries} align="end">
      <Button>{text} ▾</Button>
    </Menu>
  )
}

const names: readonly DecoderChoice[] = [
  ...([
    'auto',
    'text',
    'json',
    'xml',
    'avro',
    'protobuf',
    'msgpack',
    'cbor',
    'int32',
    'int64',
    'float64',
    'uuid',
    'internal',
    'hex',
  ] as const),
  ...(['base64>json', 'base64>gunzip>json', 'gunzip>json', 'base64>protobuf'] as const),
]

const decoderText = ({ key, value }: DecoderChoices): string =>
  key === 'auto' && value === 'auto' ? 'Decoders: automatic' : `Decoders: ${key} / ${value}`

function decoderEntries({ decoders, onDecoders, showControl, onShowControl }: ReadFieldsProps): MenuEntry[] {
  const choices = (part: 'key' | 'value') =>
    names.map(name => ({
      kind: 'check' as const,
      label: name === 'auto' ? 'automatic' : name,
      checked: decoders[part] === name,
      run: () => onDecoders({ ...decoders, [part]: name }),
    }))
  return [
    { kind: 'title', label: 'Values' },
    ...choices('value'),
    { kind: 'separator' },
    { kind: 'title', label: 'Keys' },
    ...choices('key'),
    { kind: 'separator' },
    { kind: 'check', label: 'Show transaction markers', checked: showControl, run: onShowControl },
  ]
}
