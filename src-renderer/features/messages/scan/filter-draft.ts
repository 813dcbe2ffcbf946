import type { InputOf } from '../../../../src-main/contract/contract.ts'

/** A filter as main takes it. */
export type ScanFilter = InputOf<'records.scan'>['filter']
export type SearchPlace = 'any' | 'key' | 'value' | 'headers'
export type PathOperator = Extract<ScanFilter, { kind: 'path' }>['operator']

/** Kinds as a person chooses among them. */
export const filterKinds = ['text', 'regex', 'key', 'header', 'path', 'javascript'] as const
export type FilterKind = (typeof filterKinds)[number]

export const pathOperators = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'exists'] as const
export const searchPlaces = ['any', 'value', 'key', 'headers'] as const

/** What stands in the fields of the box. Fields of other kinds keep what was typed, so that changing the kind loses nothing. */
export interface FilterDraft {
  readonly kind: FilterKind
  /** Of text, regex and key. */
  readonly text: string
  readonly place: SearchPlace
  readonly caseSensitive: boolean
  readonly headerName: string
  readonly headerValue: string
  readonly path: string
  readonly operator: PathOperator
  readonly operand: string
  readonly expression: string
}

export const emptyDraft: FilterDraft = {
  kind: 'text',
  text: '',
  place: 'any',
  caseSensitive: false,
  headerName: '',
  headerValue: '',
  path: '',
  operator: '=',
  operand: '',
  expression: '',
}

/** Null while there is nothing to look for. */
export function filterOf(draft: FilterDraft): ScanFilter | null {
  const { kind, text, place, caseSensitive } = draft
  switch (kind) {
    case 'text':
      return text === '' ? null : { kind: 'text', text, in: place, caseSensitive }
    case 'regex':
      return text === '' ? null : { kind: 'regex', pattern: text, in: place, caseSensitive }
    case 'key':
      return text === '' ? null : { kind: 'text', text, in: 'key', caseSensitive }
    case 'header': {
      const name = draft.headerName.trim()
      return name === '' ? null : { kind: 'header', name, value: draft.headerValue === '' ? null : draft.headerValue }
    }
    case 'path': {
      const path = draft.path.trim()
      return path === '' ? null : { kind: 'path', path, operator: draft.operator, operand: draft.operand }
    }
    case 'javascript':
      return draft.expression.trim() === '' ? null : { kind: 'javascript', expression: draft.expression.trim() }
  }
}

/** The fields that show a filter, for one that comes from elsewhere. */
export function draftOf(filter: ScanFilter): FilterDraft {
  switch (filter.kind) {
    case 'text': {
      const isKey = filter.in === 'key'
      const place = isKey ? 'any' : (filter.in ?? 'any')
      return {
        ...emptyDraft,
        kind: isKey ? 'key' : 'text',
        text: filter.text,
        place,
        caseSensitive: filter.caseSensitive ?? false,
      }
    }
    case 'regex':
      return {
        ...emptyDraft,
        kind: 'regex',
        text: filter.pattern,
        place: filter.in ?? 'any',
        caseSensitive: filter.caseSensitive ?? false,
      }
    case 'header':
      return { ...emptyDraft, kind: 'header', headerName: filter.name, headerValue: filter.value ?? '' }
    case 'path':
      return { ...emptyDraft, kind: 'path', path: filter.path, operator: filter.operator, operand: filter.operand ?? '' }
    case 'javascript':
      return { ...emptyDraft, kind: 'javascript', expression: filter.expression }
  }
}

/** One line for menus and titles: `text “A-1009” in key`. */
export function filterText(filter: ScanFilter): string {
  switch (filter.kind) {
    case 'text':
      return `“${filter.text}”${placeText(filter.in)}${filter.caseSensitive === true ? ', same case' : ''}`
    case 'regex':
      return `/${filter.pattern}/${filter.caseSensitive === true ? '' : 'i'}${placeText(filter.in)}`
    case 'header':
      return `header ${filter.name}${filter.value === null || filter.value === undefined ? '' : ` holds “${filter.value}”`}`
    case 'path':
      return filter.operator === 'exists'
        ? `${filter.path} exists`
        : `${filter.path} ${filter.operator} ${(filter.operand ?? '') === '' ? '“”' : filter.operand}`
    case 'javascript':
      return filter.expression.replaceAll(/\s+/g, ' ')
  }
}

const placeText = (place: SearchPlace | undefined): string => (place === undefined || place === 'any' ? '' : ` in ${place}`)

/** Why main would not understand it, found without asking; undefined when it looks right. */
export function draftProblem(draft: FilterDraft): string | undefined {
  if (draft.kind !== 'regex' || draft.text === '') return undefined
  try {
    void new RegExp(draft.text, draft.caseSensitive ? 'u' : 'iu')
    return undefined
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: /, '')
  }
}

/** What to mark in the rows found; null where the match is no piece of text. Global, for splitting. */
export function highlightOf(filter: ScanFilter): RegExp | null {
  switch (filter.kind) {
    case 'text':
      return new RegExp(escaped(filter.text), filter.caseSensitive === true ? 'gu' : 'giu')
    case 'regex':
      return compiled(filter.pattern, filter.caseSensitive === true ? 'gu' : 'giu')
    case 'header':
      return new RegExp(escaped(filter.value ?? filter.name), 'gu')
    case 'path':
      return filter.operator === 'contains' && filter.operand !== undefined && filter.operand !== ''
        ? new RegExp(escaped(filter.operand), 'gu')
        : null
    case 'javascript':
      return null
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)

function compiled(pattern: string, flags: string): RegExp | null {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return null
  }
}

export const isFilterDraft = (value: unknown): value is FilterDraft => {
  if (typeof value !== 'object' || value === null) return false
  const draft = value as Record<keyof FilterDraft, unknown>
  const texts = [draft.text, draft.headerName, draft.headerValue, draft.path, draft.operand, draft.expression]
  return (
    filterKinds.some(kind => kind === draft.kind) &&
    searchPlaces.some(place => place === draft.place) &&
    pathOperators.some(operator => operator === draft.operator) &&
    typeof draft.caseSensitive === 'boolean' &&
    texts.every(text => typeof text === 'string')
  )
}
