import { describe, expect, it } from 'vitest'
import { closed, opened, tabsFromText, tabsMax, tabsToText } from '../../../../src-renderer/places/tabs.ts'
import type { TabsState } from '../../../../src-renderer/places/tabs.ts'

const none: TabsState = { tabs: [], activeId: null }
const topic = (name: string) => ({ kind: 'topic', connection: 'local', topic: name, view: 'messages' }) as const
const open = (names: readonly string[]) => names.map(topic).reduce<TabsState>(opened, none)
const titles = (state: TabsState) => state.tabs.map(tab => tab.id.split(' ')[2])

describe('tabs', () => {
  it('a place that has a tab is shown there, a new one opens behind the active one', () => {
    const two = opened(open(['a', 'b']), topic('a'))
    expect(titles(two)).toEqual(['a', 'b'])
    expect(two.activeId).toBe('topic local a')
    expect(titles(opened(two, topic('c')))).toEqual(['a', 'c', 'b'])
  })

  it('closing the active tab shows its right neighbour, else its left one', () => {
    const state = opened(open(['a', 'b', 'c']), topic('b'))
    expect(closed(state, 'topic local b').activeId).toBe('topic local c')
    expect(closed(open(['a', 'b']), 'topic local b').activeId).toBe('topic local a')
    expect(closed(open(['a']), 'topic local a')).toEqual(none)
  })

  it(`the one unused for longest makes room beyond ${tabsMax}`, () => {
    const full = open(Array.from({ length: tabsMax }, (_, index) => `t${index}`))
    const used = opened(full, topic('t0'))
    const more = opened(used, topic('new'))
    expect(more.tabs).toHaveLength(tabsMax)
    expect(titles(more)).toContain('t0')
    expect(titles(more)).not.toContain('t1')
  })

  it('comes back from its text, without what is not understood', () => {
    const state = opened(open(['a', 'b']), topic('a'))
    const back = tabsFromText(tabsToText(state))
    expect(titles(back)).toEqual(['a', 'b'])
    expect(back.activeId).toBe(state.activeId)
    for (const text of ['', '{', 'null', '[]', '{"places":[1,"#/x"],"active":"y"}'])
      expect(tabsFromText(text), text).toEqual(none)
  })
})
