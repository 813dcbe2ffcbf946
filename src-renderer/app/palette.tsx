import { useState } from 'react'
import { Command } from 'cmdk'
import { Dialog as Radix } from 'radix-ui'
import { useCall } from '../bridge/use-call.ts'
import { useTopics } from '../bridge/use-topics.ts'
import { setPreferences } from '../preferences/preferences.ts'
import { useConnections } from '../places/connections.ts'
import type { Place } from '../places/place.ts'
import { openPlace } from '../places/tabs.ts'
import { useCurrentConnection } from './current-connection.ts'
import { openShortcutHelp, setPaletteOpen, useOverlays } from './overlays.ts'
import { fuzzyMatches } from './tree-items.ts'
import styles from './app.module.css'

/** Names shown per kind; typing narrows them down. */
const shownMax = 40

/** Everything that can be opened or done, by name. */
export function Palette() {
  const isOpen = useOverlays(state => state.isPaletteOpen)
  return (
    <Radix.Root open={isOpen} onOpenChange={setPaletteOpen}>
      <Radix.Portal>
        <Radix.Content className={styles.palette} aria-describedby={undefined}>
          <Radix.Title className="visually-hidden">Palette</Radix.Title>
          <PaletteList />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface Action {
  readonly label: string
  readonly hint: string
  readonly run: () => void
}

function PaletteList() {
  const [text, setText] = useState('')
  const groups = usePaletteGroups()
  return (
    <Command shouldFilter={false} label="Palette">
      <Command.Input value={text} onValueChange={setText} placeholder="Go to topic, group, action…" />
      <Command.List>
        <Command.Empty>Nothing has this name.</Command.Empty>
        {groups.map(([heading, actions]) => {
          const found = actions.filter(action => fuzzyMatches(action.label, text)).slice(0, shownMax)
          return found.length === 0 ? null : (
            <Command.Group key={heading} heading={heading}>
              {found.map(action => (
                <Command.Item
                  key={`${action.label} ${action.hint}`}
                  value={`${heading} ${action.label} ${action.hint}`}
                  onSelect={() => {
                    setPaletteOpen(false)
                    action.run()
                  }}
                >
                  <span className="cut">{action.label}</span>
                  <span className="grow" />
                  <span className="faint cut">{action.hint}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )
        })}
      </Command.List>
    </Command>
  )
}

function usePaletteGroups(): readonly (readonly [string, readonly Action[]])[] {
  const connection = useCurrentConnection()
  const connections = useConnections(state => state.connections)
  const topics = useTopics(connection)?.topics ?? []
  const groups = useCall('groups.list', connection === null ? null : { connection }).data?.groups ?? []
  const to = (label: string, hint: string, place: Place): Action => ({ label, hint, run: () => openPlace(place) })
  if (connection === null) return [['Go to', [to('Connections', '', { kind: 'connections' })]]]
  return [
    ['Topics', topics.map(({ name }) => to(name, 'topic', { kind: 'topic', connection, topic: name, view: 'messages' }))],
    ['Groups', groups.map(({ group }) => to(group, 'group', { kind: 'group', connection, group }))],
    [
      'Go to',
      [
        to('Overview', 'brokers, quorum, snippets', { kind: 'overview', connection }),
        to('Topics', 'the whole list', { kind: 'topics', connection }),
        to('Groups', 'the whole list', { kind: 'groups', connection }),
        to('Connections', '', { kind: 'connections' }),
        to('Settings', '', { kind: 'settings' }),
        ...connections
          .filter(one => one.id !== connection)
          .map(one => to(one.name, one.bootstrap.join(', '), { kind: 'overview', connection: one.id })),
      ],
    ],
    [
      'Actions',
      [
        { label: 'Light theme', hint: '', run: () => setPreferences({ theme: 'light' }) },
        { label: 'Dark theme', hint: '', run: () => setPreferences({ theme: 'dark' }) },
        { label: 'Theme of the system', hint: '', run: () => setPreferences({ theme: 'system' }) },
        { label: 'Keys of this screen', hint: '?', run: openShortcutHelp },
        ...topics
          .filter(topic => !topic.internal)
          .map(({ name }) => to(`Produce to ${name}`, '', { kind: 'produce', connection, topic: name })),
      ],
    ],
  ]
}
