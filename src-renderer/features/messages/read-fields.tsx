import { ChevronDown } from 'lucide-react'
import type { DecoderChoices } from '../../places/decoder-choice.ts'
import { Button } from '../../widgets/button.tsx'
import { plural } from '../../widgets/format.ts'
import { Menu } from '../../widgets/menu.tsx'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { Select } from '../../widgets/select.tsx'
import { DecoderFields } from './decoder-fields.tsx'
import type { RowFormats } from './row-formats.ts'

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
  /** How the loaded rows were read. */
  readonly formats: RowFormats
}

const isolations = [
  { value: 'read-committed', label: 'Read committed' },
  { value: 'read-uncommitted', label: 'Read uncommitted' },
] as const

/** Which partitions are read, in which isolation, decoded how. */
export function ReadFields(props: ReadFieldsProps) {
  return (
    <>
      <PartitionsMenu {...props} />
      <Select label="Isolation" value={props.isolation} options={isolations} onChange={props.onIsolation} />
      <DecoderFields {...props} />
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
    onPartitions(next.length === 0 || next.length === partitionCount ? null : next)
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
  return (
    <Menu entries={entries} align="end">
      <Button>
        {partitionsText(partitions)}
        <ChevronDown aria-hidden className="faint" />
      </Button>
    </Menu>
  )
}

function partitionsText(partitions: readonly number[] | null): string {
  if (partitions === null) return 'All partitions'
  return partitions.length === 1 ? `Partition ${partitions[0]}` : plural(partitions.length, 'partition')
}
