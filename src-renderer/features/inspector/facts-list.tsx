import { Facts } from '../../widgets/layout.tsx'
import type { Fact } from './record-facts.ts'

/** Name and value, one pair a line; the reason behind a figure is its tooltip. */
export const FactsList = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <Facts
    facts={facts.map(fact => [
      fact.name,
      <span key={fact.name} className={fact.tone} title={fact.hint}>
        {fact.value}
      </span>,
    ])}
  />
)
