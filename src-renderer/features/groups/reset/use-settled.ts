import { useEffect, useState } from 'react'

/** A value (compared as JSON) once it has stayed the same for a while; null at once. */
export function useSettled<T>(value: T | null, afterMs: number): T | null {
  const key = value === null ? null : JSON.stringify(value)
  const [settled, setSettled] = useState<string | null>(key)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), afterMs)
    return () => clearTimeout(timer)
  }, [key, afterMs])
  return key !== null && settled === key ? value : null
}
