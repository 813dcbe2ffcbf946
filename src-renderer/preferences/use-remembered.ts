import { useCallback, useMemo } from 'react'
import { rememberInWindow, usePreferences } from './preferences.ts'

/**
 * State that is found again after a restart, as JSON under `key` (at most 200 characters; the value at most 64 KiB). What does not pass
 * `isValid` is taken as absent: an older version may have written it.
 */
export function useRemembered<T>(
  key: string,
  initial: T,
  isValid: (value: unknown) => value is T,
): readonly [T, (value: T) => void] {
  const text = usePreferences(state => state.preferences.window[key])
  const value = useMemo(() => parsed(text, isValid), [text, isValid]) ?? initial
  const remember = useCallback((next: T) => rememberInWindow(key, JSON.stringify(next)), [key])
  return [value, remember]
}

function parsed<T>(text: string | undefined, isValid: (value: unknown) => value is T): T | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isValid(value) ? value : undefined
  } catch {
    return undefined
  }
}

export const isStringList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(item => typeof item === 'string')
export const isText = (value: unknown): value is string => typeof value === 'string'
export const isNumber = (value: unknown): value is number => typeof value === 'number'
