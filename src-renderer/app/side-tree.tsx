import { useMemo, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useCall } from '../bridge/use-call.ts'
import { useTopics } from '../bridge/use-topics.ts'
import { isStringList, useRemembered } from '../preferences/use-remembered.ts'
import { placeId } from '../places/place.ts'
import { openPlace, useTabs } from '../places/tabs.ts'
import { TextField } from '../widgets/fields.tsx'
import { useCurrentConnection } from './current-connection.ts'
import { TreeRow } from './tree-row.tsx'
import { treeItems } from './tree-items.ts'
import type { TreeItem } from './tree-items.ts'
import styles from './app.module.css'

const refreshMs = 3_000

/** What the current connection holds. Favourites first; internal topics behind a counted switch. */
export function SideTree() {
  const connection = useCurrentConnection()
  const [filter, setFilter] = useState('')
  return (
    <>
      <div className={styles.treeFilter}>
        <TextField
          label="Filter the tree"
          hideLabel
          type="search"
          placeholder="Filter…"
          value={filter}
          onChange={setFilter}
          onKeyDown={event => event.key === 'Escape' && setFilter('')}
        />
      </div>
      {connection !== null && <Tree connection={connection} filter={filter} />}
    </>
  )
}

function Tree({ connection, filter }: { readonly connection: string; readonly filter: string }) {
  const topics = useTopics(connection)?.topics
  const groups = useCall('groups.list', { connection }, { refreshMs }).data?.groups
  const [favourites, setFavourites] = useRemembered(`favourites.${connection}`, noNames, isStringList)
  const [closed, setClosed] = useRemembered('tree.closed', noNames, isStringList)
  const [showInternal, setShowInternal] = useState(false)
  const items = useMemo(
    () => treeItems({ connection, topics, groups, favourites, filter, showInternal, closed }),
    [connection, topics, groups, favourites, filter, showInternal, closed],
  )
  const toggle = (list: readonly string[], name: string) =>
    list.includes(name) ? list.filter(one => one !== name) : [...list, name]
  const run = (item: TreeItem) => {
    if (item.kind === 'internal') setShowInternal(!showInternal)
    else openPlace(item.place)
  }
  return (
    <TreeList
      items={items}
      run={run}
      onFold={section => setClosed(toggle(closed, section))}
      onFavourite={topic => setFavourites(toggle(favourites, topic))}
    />
  )
}

const noNames: string[] = []

interface TreeListProps {
  readonly items: readonly TreeItem[]
  readonly run: (item: TreeItem) => void
  readonly onFold: (section: string) => void
  readonly onFavourite: (topic: string) => void
}

function TreeList({ items, run, onFold, onFavourite }: TreeListProps) {
  const activeId = useTabs(state => state.activeId)
  const [focusedKey, setFocusedKey] = useState<string | null>(null)
  const at = Math.max(
    0,
    items.findIndex(item => item.key === focusedKey),
  )
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const item = items[at]
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      const next = Math.max(0, Math.min(items.length - 1, at + step))
      setFocusedKey(items[next]?.key ?? null)
      event.currentTarget.children[next]?.scrollIntoView({ block: 'nearest' })
    } else if (item !== undefined && (event.key === 'Enter' || event.key === ' ')) run(item)
    else if (item?.kind === 'section' && (event.key === 'ArrowLeft') === item.isOpen && /^Arrow(Left|Right)$/.test(event.key))
      onFold(item.key)
    else return
    event.preventDefault()
  }
  return (
    <div role="tree" aria-label="This connection" tabIndex={0} className={styles.tree} onKeyDown={onKeyDown}>
      {items.map(item => (
        <TreeRow
          key={item.key}
          item={item}
          isSelected={item.kind !== 'internal' && placeId(item.place) === activeId}
          isFocused={item.key === items[at]?.key}
          onRun={() => {
            setFocusedKey(item.key)
            run(item)
          }}
          onFold={onFold}
          onFavourite={onFavourite}
        />
      ))}
    </div>
  )
}
