import { create } from 'zustand'

/** Toasts at once on screen; the oldest goes first. */
const toastsMax = 4

export interface Toast {
  readonly id: number
  readonly level: 'info' | 'warning' | 'error'
  readonly title: string
  readonly detail: string
}

export const useToasts = create<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }))

let lastId = 0

/** Shown at a corner: information for a few seconds, problems until they are closed. */
export function toast(message: Omit<Toast, 'id'>): void {
  const id = (lastId += 1)
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, { ...message, id }].slice(-toastsMax) }))
}
export const closeToast = (id: number): void =>
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter(one => one.id !== id) }))
