import { useState } from 'react'
import type { ConnectionView } from '../../../src-main/contract/views/app.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useConnections } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { FailureText } from '../../widgets/states.tsx'
import { ColourChoice } from './colour-choice.tsx'
import { keptWhereSentence } from './connection-words.ts'
import { additionOf, blankDraft, changeOf, draftOf, problemsOf, testOf } from './draft.ts'
import type { Draft, DraftProblems } from './draft.ts'
import { PasteBox } from './paste-box.tsx'
import { RegistryFields, SecurityFields } from './security-fields.tsx'
import { useTest } from './use-test.ts'
import { TestWalk } from './test-walk-list.tsx'
import { Checkbox } from '../../widgets/fields.tsx'
import styles from './connections.module.css'

/** Adds a connection, or changes one. What is wrong is said once somebody tried to save or test. */
export function ConnectionDialog({ view, onClose }: { readonly view: ConnectionView | undefined; readonly onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => (view === undefined ? blankDraft : draftOf(view)))
  const [isChecked, setChecked] = useState(false)
  const [isPasting, setPasting] = useState(false)
  const saving = useSaving(view, onClose)
  const test = useTest()
  const change = (patch: Partial<Draft>) => setDraft(before => ({ ...before, ...patch }))
  const isReachable = view === undefined || view.kind === 'foreign'
  const found = isReachable ? problemsOf(draft, view?.secretsKept) : {}
  const problems = isChecked ? found : {}
  const unlessWrong = (run: () => void) => {
    setChecked(true)
    if (Object.keys(found).length === 0) run()
  }
  return (
    <Dialog
      title={view === undefined ? 'Add connection' : `Edit ${view.name}`}
      isOpen
      onClose={onClose}
      widthPx={720}
      onSubmit={() => unlessWrong(() => void saving.save(draft))}
      note={<Note failure={saving.failure} problems={problems} />}
      actions={
        <>
          {isReachable && (
            <Button
              disabled={test.isRunning}
              onClick={() => unlessWrong(() => void test.run(testOf(draft, view?.kind === 'foreign' ? view.id : null)))}
            >
              Test
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" submits disabled={saving.isSaving}>
            {view === undefined ? 'Add connection' : 'Save'}
          </Button>
        </>
      }
    >
      {isReachable && <PasteBox isOpen={isPasting} onOpen={setPasting} onPaste={change} />}
      <Identity draft={draft} change={change} problems={problems} isReachable={isReachable} />
      {isReachable && <SecurityFields draft={draft} change={change} problems={problems} kept={view?.secretsKept} />}
      {view?.kind !== 'directory' && (
        <RegistryFields draft={draft} change={change} problems={problems} kept={view?.secretsKept} />
      )}
      <p className="muted">{keptWhereSentence(useWhere())}</p>
      <TestWalk test={test} />
    </Dialog>
  )
}

/** Where secrets go is the same for all connections. */
const useWhere = () => useConnections(state => state.connections[0]?.secretsKept.where ?? 'session')

interface IdentityProps {
  readonly draft: Draft
  readonly change: (patch: Partial<Draft>) => void
  readonly problems: DraftProblems
  readonly isReachable: boolean
}

function Identity({ draft, change, problems, isReachable }: IdentityProps) {
  return (
    <>
      <div className={styles.pair}>
        <TextField
          label="Name"
          value={draft.name}
          onChange={name => change({ name })}
          placeholder="as its first address"
          maxLength={100}
          autoFocus
        />
        <ColourChoice value={draft.colour} onChange={colour => change({ colour })} />
      </div>
      {isReachable && (
        <>
          <TextField
            label="Bootstrap servers"
            mono
            value={draft.bootstrap}
            onChange={bootstrap => change({ bootstrap })}
            placeholder="host:port, host:port"
            error={problems.bootstrap}
          />
          <Checkbox
            label="Read-only: nothing can be changed in the cluster until this is switched off"
            checked={draft.readOnly}
            onChange={readOnly => change({ readOnly })}
          />
        </>
      )}
    </>
  )
}

function Note({ failure, problems }: { readonly failure: Failure | undefined; readonly problems: DraftProblems }) {
  if (failure !== undefined) return <FailureText failure={failure} />
  const count = Object.keys(problems).length
  return count === 0 ? null : <span className="bad">Mend the fields marked above first.</span>
}

function useSaving(view: ConnectionView | undefined, onClose: () => void) {
  const [isSaving, setSaving] = useState(false)
  const [failure, setFailure] = useState<Failure | undefined>()
  const save = async (draft: Draft) => {
    setSaving(true)
    setFailure(undefined)
    try {
      if (view === undefined) {
        const added = await bridge.call('connections.add', additionOf(draft))
        openPlace({ kind: 'overview', connection: added.id })
      } else await bridge.call('connections.update', changeOf(draft, view))
      onClose()
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setSaving(false)
    }
  }
  return { isSaving, failure, save }
}
