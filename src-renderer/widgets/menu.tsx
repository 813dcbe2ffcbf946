import { Fragment } from 'react'
import type { ReactElement, ReactNode } from 'react'
import { ContextMenu as RadixContext, DropdownMenu } from 'radix-ui'
import { Check } from 'lucide-react'
import { classes } from './classes.ts'
import styles from './controls.module.css'

export type MenuEntry =
  | {
      readonly kind?: 'action'
      readonly label: string
      readonly hint?: string
      readonly tone?: 'danger'
      readonly disabledReason?: string | undefined
      readonly run: () => void
    }
  | { readonly kind: 'check'; readonly label: string; readonly checked: boolean; readonly run: (checked: boolean) => void }
  | { readonly kind: 'title'; readonly label: string }
  | { readonly kind: 'separator' }

type Parts = typeof DropdownMenu | typeof RadixContext

/** A menu behind a button, which is the child. */
export function Menu({ entries, children, align = 'start' }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.popup} align={align} sideOffset={3}>
          <Entries parts={DropdownMenu} entries={entries} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export interface MenuProps {
  readonly entries: readonly MenuEntry[]
  readonly children: ReactElement
  readonly align?: 'start' | 'end'
}

/** The same on a right click (or the menu key) anywhere on the child. */
export function ContextMenu({
  entries,
  children,
}: {
  readonly entries: () => readonly MenuEntry[]
  readonly children: ReactNode
}) {
  return (
    <RadixContext.Root modal={false}>
      <RadixContext.Trigger asChild>{children}</RadixContext.Trigger>
      <RadixContext.Portal>
        <RadixContext.Content className={styles.popup}>
          <LateEntries entries={entries} />
        </RadixContext.Content>
      </RadixContext.Portal>
    </RadixContext.Root>
  )
}

const LateEntries = ({ entries }: { readonly entries: () => readonly MenuEntry[] }) => (
  <Entries parts={RadixContext} entries={entries()} />
)

function Entries({ parts, entries }: { readonly parts: Parts; readonly entries: readonly MenuEntry[] }) {
  return entries.map((entry, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- entries of a menu have no other identity, and do not move while it is open
    <Fragment key={index}>
      <Entry parts={parts} entry={entry} />
    </Fragment>
  ))
}

function Entry({ parts, entry }: { readonly parts: Parts; readonly entry: MenuEntry }) {
  switch (entry.kind) {
    case 'separator':
      return <parts.Separator className={styles.separator} />
    case 'title':
      return <parts.Label className={styles.groupLabel}>{entry.label}</parts.Label>
    case 'check':
      return (
        <parts.CheckboxItem
          className={styles.item}
          checked={entry.checked}
          onCheckedChange={entry.run}
          onSelect={event => event.preventDefault()}
        >
          <span style={{ width: 12, display: 'inline-flex' }}>
            <parts.ItemIndicator>
              <Check size={12} aria-hidden />
            </parts.ItemIndicator>
          </span>
          {entry.label}
        </parts.CheckboxItem>
      )
    default:
      return (
        <parts.Item
          className={classes(styles.item, entry.tone === 'danger' && styles.itemDanger)}
          disabled={entry.disabledReason !== undefined}
          title={entry.disabledReason}
          onSelect={entry.run}
        >
          {entry.label}
          {entry.hint !== undefined && <span className={styles.itemHint}>{entry.hint}</span>}
        </parts.Item>
      )
  }
}
