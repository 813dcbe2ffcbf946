import { useEffect, useState } from 'react'
import { usePreferences } from './preferences.ts'

const darkQuery = '(prefers-color-scheme: dark)'

/** The theme in force: the chosen one, or the system's. */
export function useTheme(): 'light' | 'dark' {
  const chosen = usePreferences(state => state.preferences.theme)
  const [systemIsDark, setSystemIsDark] = useState(() => matchMedia(darkQuery).matches)
  useEffect(() => {
    const query = matchMedia(darkQuery)
    const listen = () => setSystemIsDark(query.matches)
    query.addEventListener('change', listen)
    return () => query.removeEventListener('change', listen)
  }, [])
  if (chosen !== 'system') return chosen
  return systemIsDark ? 'dark' : 'light'
}

/** Puts theme and density on the root element. */
export function useAppearance(): void {
  const theme = useTheme()
  const density = usePreferences(state => state.preferences.density)
  useEffect(() => {
    document.documentElement.className = [theme === 'light' ? 'light' : 'dark', density].join(' ')
  }, [theme, density])
}

/** IANA name of the zone in which times are shown. */
export function useTimeZone(): string {
  const chosen = usePreferences(state => state.preferences.timeZone)
  return chosen === 'system' ? systemTimeZone() : chosen
}

export const systemTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
