import type { DecodedPart } from '../../../src-main/contract/views/records.ts'
import type { DecoderChoice } from '../../places/decoder-choice.ts'
import { DecoderMenu } from '../../places/decoder-menu.tsx'
import { decoderTitle } from '../../places/decoder-titles.ts'

export interface DecoderSelectProps {
  readonly label: string
  readonly part: DecodedPart
  readonly choice: DecoderChoice
  readonly onChoose: (choice: DecoderChoice) => void
}

/** How the part is read, why, and what else could be chosen. */
export function DecoderSelect({ label, part, choice, onChoose }: DecoderSelectProps) {
  const automatic = choice === 'auto' ? { title: decoderTitle(part.decoder), reason: part.reason } : undefined
  return (
    <>
      <DecoderMenu {...{ label, choice, onChoose, automatic }} suited={part.alternatives} />
      <span className="muted cut" title={part.reason}>
        {part.reason}
      </span>
    </>
  )
}
