import { useState } from 'react'
import { Bookmark } from 'lucide-react'
import { useRemembered } from '../../../preferences/use-remembered.ts'
import { Button, IconButton } from '../../../widgets/button.tsx'
import { Dialog } from '../../../widgets/dialog.tsx'
import { Checkbox, TextField } from '../../../widgets/fields.tsx'
import { Menu } from '../../../widgets/menu.tsx'
import type { MenuEntry } from '../../../widgets/menu.tsx'
import type { FilterDraft } from './filter-draft.ts'
import { draftText, isKeptFilters, noFilters, pinnedOf, recentOf, withPin, withSaved, withoutSaved } from './saved-filters.ts'
import type { KeptFilters } from './saved-filters.ts'
import styles from './scan.module.css'

export const useKeptFilters = () => useRemembered<KeptFilters>('scan.filters', noFilters, isKeptFilters)

export interface SavedMenuProps {
  readonly topicKey: string
  readonly draft: FilterDraft
  /** Puts the filter into the box and scans with it. */
  readonly onRun: (draft: FilterDraft) => void
}

const labelCharsMax = 70
const short = (text: string): string => (text.length > labelCharsMax ? `${text.slice(0, labelCharsMax - 1)}…` : text)

/** Filters kept under a name, those used lately, and keeping the present one. */
export function SavedMenu({ topicKey, draft, onRun }: SavedMenuProps) {
  const [kept, keep] = useKeptFilters()
  const [asked, ask] = useState<'save' | 'manage' | null>(null)
  const recent = recentOf(kept, topicKey)
  const entries: MenuEntry[] = [
    {
      label: 'Save this filter…',
      disabledReason: draftText(draft) === '' ? 'Nothing to look for yet.' : undefined,
      run: () => ask('save'),
    },
    {
      label: 'Manage saved filters…',
      disabledReason: kept.saved.length === 0 ? 'None is saved.' : undefined,
      run: () => ask('manage'),
    },
    ...titled(
      'Saved',
      kept.saved.map(({ name, draft: saved }) => ({ label: name, hint: short(draftText(saved)), run: () => onRun(saved) })),
    ),
    ...titled(
      'Used lately on this topic',
      recent.map(one => ({ label: short(draftText(one)), run: () => onRun(one) })),
    ),
  ]
  return (
    <>
      <Menu entries={entries} align="end">
        <IconButton label="Saved filters" className={styles.inside ?? ''}>
          <Bookmark aria-hidden />
        </IconButton>
      </Menu>
      {asked === 'save' && (
        <SaveDialog
          draft={draft}
          onClose={() => ask(null)}
          onSave={(name, isPinned) => keep(withSaved(kept, name, draft, isPinned ? topicKey : null))}
        />
      )}
      {asked === 'manage' && <ManageDialog topicKey={topicKey} kept={kept} keep={keep} onClose={() => ask(null)} />}
    </>
  )
}

const titled = (label: string, entries: readonly MenuEntry[]): MenuEntry[] =>
  entries.length === 0 ? [] : [{ kind: 'separator' }, { kind: 'title', label }, ...entries]

interface SaveDialogProps {
  readonly draft: FilterDraft
  readonly onClose: () => void
  readonly onSave: (name: string, isPinned: boolean) => void
}

function SaveDialog({ draft, onClose, onSave }: SaveDialogProps) {
  const [name, setName] = useState('')
  const [isPinned, setPinned] = useState(true)
  const trimmed = name.trim()
  const save = () => {
    if (trimmed === '') return
    onSave(trimmed, isPinned)
    onClose()
  }
  return (
    <Dialog
      title="Save filter"
      isOpen
      onClose={onClose}
      onSubmit={save}
      actions={
        <Button tone="primary" submits disabledReason={trimmed === '' ? 'Give it a name.' : undefined}>
          Save filter
        </Button>
      }
    >
      <code className={styles.quoted}>{draftText(draft)}</code>
      <TextField label="Filter name" value={name} onChange={setName} maxLength={80} autoFocus />
      <Checkbox label="Pin to this topic: a button under the scan box" checked={isPinned} onChange={setPinned} />
    </Dialog>
  )
}

interface ManageDialogProps {
  readonly topicKey: string
  readonly kept: KeptFilters
  readonly keep: (kept: KeptFilters) => void
  readonly onClose: () => void
}

function ManageDialog({ topicKey, kept, keep, onClose }: ManageDialogProps) {
  const pinned = new Set(pinnedOf(kept, topicKey))
  return (
    <Dialog title="Saved filters" isOpen onClose={onClose} widthPx={680}>
      {kept.saved.length === 0 && <span className="muted">None is saved any more.</span>}
      <ul className={styles.savedList}>
        {kept.saved.map(filter => (
          <li key={filter.name}>
            <span className="cut" title={filter.name}>
              {filter.name}
            </span>
            <code className="cut muted" title={draftText(filter.draft)}>
              {draftText(filter.draft)}
            </code>
            <Checkbox
              label="Pinned here"
              checked={pinned.has(filter)}
              onChange={isPinned => keep(withPin(kept, filter.name, topicKey, isPinned))}
            />
            <Button onClick={() => keep(withoutSaved(kept, filter.name))} aria-label={`Delete ${filter.name}`}>
              Delete
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
