import { Fragment } from 'react'
import { Dialog } from '../widgets/dialog.tsx'
import { useKeyList } from '../widgets/keys.ts'
import type { ScreenKey } from '../widgets/keys.ts'
import { setHelpOpen, useOverlays } from './overlays.ts'
import styles from './app.module.css'

const always = [
  ['↑ ↓', 'Move in a list'],
  ['Enter', 'Open'],
  ['Home End', 'First and last row'],
  ['Esc', 'Close, go back'],
] as const

const names: Readonly<Record<string, string>> = { ' ': 'Space', PageDown: 'Page down', PageUp: 'Page up' }
const keyText = ({ key, mod }: ScreenKey) =>
  `${mod === true ? 'Ctrl ' : ''}${names[key] ?? (key.length === 1 && mod === true ? key.toUpperCase() : key)}`

export function ShortcutHelp() {
  const isOpen = useOverlays(state => state.isHelpOpen)
  const screens = useKeyList(state => state.screens)
  const keys = screens.toReversed().flat()
  return (
    <Dialog title="Keys of this screen" isOpen={isOpen} onClose={() => setHelpOpen(false)} widthPx={420}>
      <div className={styles.keys}>
        {keys.map(key => (
          <Fragment key={`${keyText(key)} ${key.label}`}>
            <span>
              <kbd>{keyText(key)}</kbd>
            </span>
            <span>{key.label}</span>
          </Fragment>
        ))}
        {always.map(([key, label]) => (
          <Fragment key={key}>
            <span>
              <kbd>{key}</kbd>
            </span>
            <span>{label}</span>
          </Fragment>
        ))}
      </div>
    </Dialog>
  )
}
