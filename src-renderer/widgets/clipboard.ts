import { toast } from './toasts.ts'

/** Copies text; says so, or why not. */
export async function copyText(text: string, what = 'Copied'): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast({ level: 'info', title: what, detail: '' })
  } catch {
    toast({ level: 'error', title: 'Not copied', detail: 'The system did not allow it.' })
  }
}
