import type { ReactNode } from 'react'
import { Dialog as Radix } from 'radix-ui'
import { X } from 'lucide-react'
import { IconButton } from './button.tsx'
import styles from './dialog.module.css'

export interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  /** Escape, the cross, a click beside it. */
  readonly onClose: () => void
  readonly children: ReactNode
  /** Buttons, the main one last. */
  readonly actions?: ReactNode
  /** At the left of the actions: a failure, a count. */
  readonly note?: ReactNode
  readonly widthPx?: number
  /** Enter in a field submits when given. */
  readonly onSubmit?: () => void
}

export function Dialog({ title, isOpen, onClose, children, actions, note, widthPx = 520, onSubmit }: DialogProps) {
  const content = (
    <>
      <div className={styles.body}>{children}</div>
      {(actions !== undefined || note !== undefined) && (
        <div className={styles.foot}>
          <div className="grow">{note}</div>
          {actions}
        </div>
      )}
    </>
  )
  return (
    <Radix.Root open={isOpen} onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={styles.overlay} />
        <Radix.Content
          className={styles.dialog}
          aria-describedby={undefined}
          style={{ '--dialog-width': `${widthPx}px` } as React.CSSProperties}
        >
          <div className={styles.head}>
            <Radix.Title className="grow">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </div>
          {onSubmit === undefined ? content : <Form onSubmit={onSubmit}>{content}</Form>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function Form({ onSubmit, children }: { readonly onSubmit: () => void; readonly children: ReactNode }) {
  return (
    <form
      style={{ display: 'contents' }}
      onSubmit={event => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
    </form>
  )
}
