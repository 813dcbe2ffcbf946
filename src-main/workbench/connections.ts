import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { FailureError } from '../contract/failure.ts'
import type { ConnectionView } from '../contract/views/app.ts'
import type { SecretStore } from '../settings/secret-store.ts'
import type { ConnectionProfile, Settings } from '../settings/settings.ts'
import { directoryEndpoint } from '../log-directory/directory-answers.ts'
import type { OpenTarget } from './open-target.ts'
import { keptView, mergeSecrets, noSecrets, readSecrets, writeSecrets } from './connection-secrets.ts'
import type { ConnectionSecrets, SecretsPatch } from './connection-secrets.ts'
import { notFound, refused } from './failures.ts'
import { watched } from './watch.ts'
import type { Watched } from './watch.ts'

export const localConnection = 'local'
/** What the command line opened. */
export const openedConnection = 'opened'
const connectionsMax = 1_000

/** All clusters that the window may name: the embedded one first, then those opened by the command line, then the saved ones. */
export interface Connections {
  readonly list: Watched<readonly ConnectionView[]>
  /** Throws NOT_FOUND. */
  get(id: string): ConnectionView
  /** The same, for everything that changes a cluster: throws READ_ONLY. */
  writable(id: string): ConnectionView
  /** For what goes on changing it: ends when it is switched to read-only, or removed. Throws READ_ONLY too. */
  whileWritable(id: string): AbortSignal
  add(profile: Omit<ConnectionProfile, 'id'>, secrets: SecretsPatch | null): ConnectionView
  update(id: string, patch: Partial<Omit<ConnectionProfile, 'id'>>, secrets?: SecretsPatch | null): ConnectionView
  /** Of a connection that is there; for its client only. */
  secrets(id: string): ConnectionSecrets
  remove(id: string): void
  /** The embedded cluster listens elsewhere: a broker came or went. */
  localMoved(bootstrap: string): void
}

export interface ConnectionsOptions {
  readonly settings: Pick<Settings, 'profiles' | 'replaceProfiles'>
  readonly store: SecretStore
  readonly localBootstrap: string | undefined
  /** Of `brokerbench open HOST:PORT`; not saved. */
  readonly opened: OpenTarget | undefined
}

export function openConnections(options: ConnectionsOptions): Connections {
  const { store } = options
  const withKept = (view: Omit<ConnectionView, 'secretsKept'>): ConnectionView => ({
    ...view,
    secretsKept: keptView(store, readSecrets(store, view.id)),
  })
  const saved = () => options.settings.profiles().map(profile => ({ ...profile, kind: 'foreign' as const }))
  let fixedNow = fixedConnections(options)
  const all = () => [...fixedNow, ...saved()].map(withKept)
  const list = watched<readonly ConnectionView[]>(all())
  const publish = () => list.set(all())
  const get = (id: string) => {
    const view = list.value.find(candidate => candidate.id === id)
    if (view === undefined) throw notFound(`there is no connection ${JSON.stringify(id)}`)
    return view
  }
  const writable = (id: string) => writableOnly(get(id))
  const writers = newWriters()
  return {
    list,
    get,
    writable,
    whileWritable: id => writers.signal(writable(id)),
    secrets: id => (list.value.some(view => view.id === id) ? readSecrets(store, id) : noSecrets),
    add(profile, secrets) {
      if (list.value.length >= connectionsMax) throw refused(`there are ${connectionsMax} connections already`)
      const id = randomBytes(9).toString('base64url')
      options.settings.replaceProfiles([...options.settings.profiles(), { ...profile, id, bootstrap: [...profile.bootstrap] }])
      writeSecrets(store, id, mergeSecrets(noSecrets, secrets))
      publish()
      return get(id)
    },
    update(id, patch, secrets) {
      const view = get(id)
      if (view.kind === 'local' && patch.readOnly === true) throw refused('the embedded cluster is always writable')
      if (view.kind === 'local' && (patch.bootstrap !== undefined || patch.security !== undefined))
        throw refused('the address of the embedded cluster is its own')
      if (view.kind === 'directory' && patch.readOnly === false) throw refused('a log directory is only ever read')
      if (secrets !== undefined) writeSecrets(store, id, mergeSecrets(readSecrets(store, id), secrets))
      const changes = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
      fixedNow = fixedNow.map(candidate => (candidate.id === id ? { ...candidate, ...changes } : candidate))
      const profiles = options.settings.profiles()
      if (profiles.some(profile => profile.id === id))
        options.settings.replaceProfiles(profiles.map(profile => (profile.id === id ? { ...profile, ...changes } : profile)))
      publish()
      const next = get(id)
      if (next.readOnly) writers.end(next)
      return next
    },
    remove(id) {
      const view = get(id)
      if (view.kind === 'local') throw refused('the embedded cluster cannot be removed')
      fixedNow = fixedNow.filter(candidate => candidate.id !== id)
      options.settings.replaceProfiles(options.settings.profiles().filter(profile => profile.id !== id))
      store.write(id, undefined)
      publish()
      writers.end(view)
    },
    localMoved(bootstrap) {
      fixedNow = fixedNow.map(it => (it.id === localConnection ? { ...it, bootstrap: bootstrap.split(',') } : it))
      publish()
    },
  }
}

function writableOnly(view: ConnectionView): ConnectionView {
  if (!view.readOnly) return view
  throw new FailureError({
    code: 'READ_ONLY',
    message: `${view.name} is switched to read-only`,
    hint: 'Switch it to writable in its connection settings.',
  })
}

/** One signal per connection, for everything that goes on changing its cluster. */
function newWriters() {
  const writers = new Map<string, AbortController>()
  return {
    signal({ id }: ConnectionView): AbortSignal {
      const known = writers.get(id) ?? new AbortController()
      setMaxListeners(0, known.signal)
      writers.set(id, known)
      return known.signal
    },
    end({ id, name }: ConnectionView): void {
      writers.get(id)?.abort(refused(`${name} was switched to read-only, or removed, meanwhile`))
      writers.delete(id)
    },
  }
}

type FixedConnection = Omit<ConnectionView, 'secretsKept'>

function fixedConnections(options: ConnectionsOptions): FixedConnection[] {
  const { localBootstrap, opened } = options
  const views: FixedConnection[] = []
  if (localBootstrap !== undefined)
    views.push({
      id: localConnection,
      name: 'Local',
      kind: 'local',
      bootstrap: localBootstrap.split(','),
      readOnly: false,
      colour: null,
      security: null,
      registry: null,
    })
  if (opened !== undefined)
    views.push({
      id: openedConnection,
      name: opened.kind === 'cluster' ? (opened.bootstrap[0] ?? '') : opened.path,
      kind: opened.kind === 'cluster' ? 'foreign' : 'directory',
      bootstrap: opened.kind === 'cluster' ? opened.bootstrap : [`${directoryEndpoint.host}:${directoryEndpoint.port}`],
      readOnly: true,
      colour: null,
      security: null,
      registry: null,
    })
  return views
}
