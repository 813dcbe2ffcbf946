import { useTimeZone } from '../../preferences/use-appearance.ts'
import { Banner, StaleBanner } from '../../widgets/states.tsx'
import { formatTime } from '../../widgets/time.ts'
import type { OpenSession } from './use-session.ts'

const isoTime = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/g

/** What a reader has to know of the rows below: that nothing lies at the time asked for, or that reading on failed. */
export function NoteLine({ session }: { readonly session: OpenSession }) {
  const zone = useTimeZone()
  const note = session.session?.note ?? null
  const hasRows = session.window.rows.length > 0
  return (
    <>
      {session.failure !== null && hasRows && (
        <StaleBanner asOfMs={session.asOfMs} failure={session.failure} onRetry={session.retry} />
      )}
      {note !== null && hasRows && <Banner tone="info">{zonedNote(note, zone)}</Banner>}
    </>
  )
}

/** Times in the words of main become those of the chosen zone. */
export const zonedNote = (note: string, zone: string): string => {
  const text = note.replaceAll(isoTime, iso => `${formatTime(Date.parse(iso), zone)} (${zone})`)
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
