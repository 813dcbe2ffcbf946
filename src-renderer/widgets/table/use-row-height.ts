import { usePreferences } from '../../preferences/preferences.ts'

/** In pixels; the same as the token `--row`. */
export const useRowHeight = (): number => usePreferences(state => (state.preferences.density === 'comfortable' ? 28 : 25))
