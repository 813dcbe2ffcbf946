import type { GroupSummary } from '../../src-main/contract/views/groups.ts'
import type { TopicSummary } from '../../src-main/contract/views/topics.ts'
import type { Place } from '../places/place.ts'
import { formatCount, formatCountShort } from '../widgets/format.ts'

/** Names listed under Topics and Groups; what is beyond is in the full list, and the tree says so. */
export const namesMax = 200

interface Common {
  readonly key: string
  readonly label: string
  readonly level: 1 | 2
  readonly count: string | null
  readonly isBehind: boolean
}
export type TreeItem =
  | (Common & { readonly kind: 'section'; readonly place: Place; readonly isOpen: boolean | undefined })
  | (Common & { readonly kind: 'topic'; readonly place: Place; readonly isFavourite: boolean })
  | (Common & { readonly kind: 'group' | 'more'; readonly place: Place })
  | (Common & { readonly kind: 'internal' })

export interface TreeInput {
  readonly connection: string
  readonly topics: readonly TopicSummary[] | undefined
  readonly groups: readonly GroupSummary[] | undefined
  readonly favourites: readonly string[]
  readonly filter: string
  readonly showInternal: boolean
  /** Sections that are folded. */
  readonly closed: readonly string[]
}

/** The lines of the tree, from top to bottom. */
export function treeItems(input: TreeInput): TreeItem[] {
  const { connection, filter } = input
  const matches = (name: string) => fuzzyMatches(name, filter)
  const overview = section('overview', 'Overview', { kind: 'overview', connection }, null, undefined)
  return [
    ...(filter === '' || matches('Overview') ? [overview] : []),
    ...topicItems(input, matches),
    ...groupItems(input, matches),
  ]
}

function topicItems(
  { connection, topics, favourites, showInternal, closed }: TreeInput,
  matches: (name: string) => boolean,
): TreeItem[] {
  const own = topics?.filter(topic => !topic.internal)
  const internal = topics?.filter(topic => topic.internal) ?? []
  const isOpen = !closed.includes('topics')
  const head = section('topics', 'Topics', { kind: 'topics', connection }, own?.length ?? null, isOpen)
  if (!isOpen) return [head]
  const found = (own ?? []).filter(topic => matches(topic.name))
  const ordered = [
    ...found.filter(topic => favourites.includes(topic.name)),
    ...found.filter(topic => !favourites.includes(topic.name)),
  ]
  const shownInternal = showInternal ? internal.filter(topic => matches(topic.name)) : []
  const toItem = (topic: TopicSummary): TreeItem => ({
    kind: 'topic',
    key: `topic ${topic.name}`,
    label: topic.name,
    level: 2,
    count: topic.records === null ? null : formatCountShort(topic.records),
    isBehind: false,
    isFavourite: favourites.includes(topic.name),
    place: { kind: 'topic', connection, topic: topic.name, view: 'messages' },
  })
  return [
    head,
    ...ordered.slice(0, namesMax).map(toItem),
    ...more(ordered.length, { kind: 'topics', connection }),
    ...(internal.length === 0 ? [] : [internalSwitch(internal.length, showInternal)]),
    ...shownInternal.map(toItem),
  ]
}

function groupItems({ connection, groups, closed }: TreeInput, matches: (name: string) => boolean): TreeItem[] {
  const isOpen = !closed.includes('groups')
  const head = section('groups', 'Groups', { kind: 'groups', connection }, groups?.length ?? null, isOpen)
  if (!isOpen) return [head]
  const found = (groups ?? []).filter(group => matches(group.group))
  const items = found.slice(0, namesMax).map(
    (group): TreeItem => ({
      kind: 'group',
      key: `group ${group.group}`,
      label: group.group,
      level: 2,
      count: group.totalLag === null ? null : formatCountShort(group.totalLag),
      isBehind: (group.lagGrowthPerSecond ?? 0) > 0 && (group.totalLag ?? 0) > 0,
      place: { kind: 'group', connection, group: group.group },
    }),
  )
  return [head, ...items, ...more(found.length, { kind: 'groups', connection })]
}

const section = (key: string, label: string, place: Place, count: number | null, isOpen: boolean | undefined): TreeItem => ({
  kind: 'section',
  key,
  label,
  level: 1,
  count: count === null ? null : formatCount(count),
  isBehind: false,
  isOpen,
  place,
})

const internalSwitch = (count: number, isShown: boolean): TreeItem => ({
  kind: 'internal',
  key: 'internal',
  label: `${isShown ? 'Hide' : 'Show'} internal (${count})`,
  level: 2,
  count: null,
  isBehind: false,
})

const more = (count: number, place: Place): TreeItem[] =>
  count <= namesMax
    ? []
    : [
        {
          kind: 'more',
          key: `more ${place.kind}`,
          label: `${count - namesMax} more…`,
          level: 2,
          count: null,
          isBehind: false,
          place,
        },
      ]

/** The characters of the filter occur in the name in their order, whatever the case. */
export function fuzzyMatches(name: string, filter: string): boolean {
  if (filter === '') return true
  const text = name.toLowerCase()
  let at = 0
  for (const character of filter.toLowerCase().replaceAll(/\s+/g, '')) {
    at = text.indexOf(character, at) + 1
    if (at === 0) return false
  }
  return true
}
