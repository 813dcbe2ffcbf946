import type { DecodedPart } from '../../../src-main/contract/views/records.ts'
import type { DecoderChoice } from '../../places/decoder-choice.ts'
import { Select } from '../../widgets/select.tsx'
import { decoderTitle } from '../../places/decoder-titles.ts'

export interface DecoderSelectProps {
  readonly label: string
  readonly part: DecodedPart
  readonly choice: DecoderChoice
  readonly onChoose: (choice: DecoderChoice) => void
}

/** How the part is read, why, and what else could be chosen. */
export function DecoderSelect({ label, part, choice, onChoose }: DecoderSelectProps) {
  const others = [...new Set<DecoderChoice>([...part.alternatives.filter(name => name !== 'empty'), 'hex', choice])]
  const options = others.filter(name => name !== 'auto').map(name => ({ value: name, label: decoderTitle(name) }))
  const automatic = choice === 'auto' ? `${decoderTitle(part.decoder)} · automatic` : 'Automatic'
  return (
    <>
      <Select label={label} value={choice} options={[{ value: 'auto', label: automatic }, ...options]} onChange={onChoose} />
      <span className="muted cut" title={part.reason}>
        {part.reason}
      </span>
    </>
  )
}
