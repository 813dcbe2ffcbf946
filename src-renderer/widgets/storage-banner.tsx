import { Banner } from './states.tsx'
import type { StorageTrouble } from './storage-troubles.ts'

/** What storage cannot do any more, with nobody to wait for. */
export function StorageBanner({ troubles }: { readonly troubles: readonly StorageTrouble[] }) {
  if (troubles.length === 0) return null
  return (
    <Banner tone="bad">
      {troubles.map(({ key, text }) => (
        <div key={key}>{text}</div>
      ))}
    </Banner>
  )
}
