import { useEffect } from 'react'
import type { CSSProperties } from 'react'
import { X } from 'lucide-react'
import { IconButton } from '../widgets/button.tsx'
import { closeToast, useToasts } from '../widgets/toasts.ts'
import type { Toast } from '../widgets/toasts.ts'
import styles from './app.module.css'

const infoForMs = 4_000
const colours = { info: '--info', warning: '--warn', error: '--bad' }

export function Toasts() {
  const toasts = useToasts(state => state.toasts)
  return (
    <div className={styles.toasts} aria-live="polite">
      {toasts.map(toast => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function OneToast({ toast }: { readonly toast: Toast }) {
  useEffect(() => {
    if (toast.level !== 'info') return undefined
    const timer = setTimeout(() => closeToast(toast.id), infoForMs)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div
      className={styles.toast}
      role={toast.level === 'error' ? 'alert' : 'status'}
      style={{ '--toast': `var(${colours[toast.level]})` } as CSSProperties}
    >
      <div className="grow">
        <strong>{toast.title}</strong>
        {toast.detail !== '' && <div className="muted">{toast.detail}</div>}
      </div>
      <IconButton label="Close the message" onClick={() => closeToast(toast.id)}>
        <X aria-hidden />
      </IconButton>
    </div>
  )
}
