/** What a tab shows. Everything in it is plain data: it is kept over restarts and stands in the address. */
export type Place =
  | { readonly kind: 'overview'; readonly connection: string }
  | { readonly kind: 'topics'; readonly connection: string }
  | {
      readonly kind: 'topic'
      readonly connection: string
      readonly topic: string
      readonly view: TopicView
      readonly at?: TopicStart
    }
  | { readonly kind: 'groups'; readonly connection: string }
  | { readonly kind: 'group'; readonly connection: string; readonly group: string }
  | { readonly kind: 'produce'; readonly connection: string; readonly topic: string }
  | { readonly kind: 'connections' }
  | { readonly kind: 'settings' }

export const topicViews = ['messages', 'partitions', 'consumers', 'config'] as const
export type TopicView = (typeof topicViews)[number]

/** Where the messages of a topic open: at one record, or at a time. */
export type TopicStart =
  | { readonly kind: 'record'; readonly partition: number; readonly offset: number }
  | { readonly kind: 'time'; readonly timestampMs: number }

/** Places of the same id share one tab: another view of a topic is not another tab. */
export function placeId(place: Place): string {
  switch (place.kind) {
    case 'topic':
      return `topic ${place.connection} ${place.topic}`
    case 'produce':
      return `produce ${place.connection} ${place.topic}`
    case 'group':
      return `group ${place.connection} ${place.group}`
    case 'connections':
    case 'settings':
      return place.kind
    default:
      return `${place.kind} ${place.connection}`
  }
}

export function placeTitle(place: Place): string {
  switch (place.kind) {
    case 'topic':
      return place.topic
    case 'produce':
      return `Produce · ${place.topic}`
    case 'group':
      return place.group === '' ? '(empty group id)' : place.group
    default:
      return titles[place.kind]
  }
}

const titles = {
  overview: 'Overview',
  topics: 'Topics',
  groups: 'Groups',
  connections: 'Connections',
  settings: 'Settings',
} as const

/** As in `#/local/topic/orders/messages`: every part percent-encoded. */
export function placeToHash(place: Place): string {
  const parts = partsOf(place).map(part => encodeURIComponent(part))
  return `#/${parts.join('/')}`
}

function partsOf(place: Place): string[] {
  switch (place.kind) {
    case 'topic':
      return [place.connection, 'topic', place.topic, place.view, ...startParts(place.at)]
    case 'produce':
      return [place.connection, 'produce', place.topic]
    case 'group':
      return [place.connection, 'group', place.group]
    case 'connections':
    case 'settings':
      return [place.kind]
    default:
      return [place.connection, place.kind]
  }
}

const startParts = (at: TopicStart | undefined): string[] => {
  if (at === undefined) return []
  return at.kind === 'time' ? ['time', String(at.timestampMs)] : ['record', String(at.partition), String(at.offset)]
}

/** Undefined for whatever no version of this window could have written. */
export function placeFromHash(hash: string): Place | undefined {
  if (!hash.startsWith('#/')) return undefined
  const parts = decodedParts(hash.slice(2))
  const [connection = '', kind, name, ...rest] = parts
  if (connection === 'connections' || connection === 'settings') return parts.length === 1 ? { kind: connection } : undefined
  if (connection === '') return undefined
  if (kind === 'overview' || kind === 'topics' || kind === 'groups') return { kind, connection }
  if (name === undefined) return undefined
  if (kind === 'group') return { kind, connection, group: name }
  if (kind === 'produce') return { kind, connection, topic: name }
  return kind === 'topic' ? topicPlace(connection, name, rest) : undefined
}

function topicPlace(connection: string, topic: string, [viewText, ...start]: string[]): Place | undefined {
  const view = topicViews.find(known => known === viewText)
  if (view === undefined || topic === '') return undefined
  const at = topicStart(start)
  return { kind: 'topic', connection, topic, view, ...(at === undefined ? {} : { at }) }
}

function topicStart([kind, ...numbers]: string[]): TopicStart | undefined {
  const [first, second] = numbers.map(text => (/^\d{1,15}$/.test(text) ? Number(text) : undefined))
  if (kind === 'time' && first !== undefined) return { kind, timestampMs: first }
  if (kind === 'record' && first !== undefined && second !== undefined) return { kind, partition: first, offset: second }
  return undefined
}

function decodedParts(path: string): string[] {
  try {
    return path.split('/').map(part => decodeURIComponent(part))
  } catch {
    return []
  }
}
