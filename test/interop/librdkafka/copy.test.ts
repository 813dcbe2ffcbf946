import { describe, expect, it } from 'vitest'
import { differencesOf, tortureCopy } from '../../torture/copy.mjs'
import { generator } from '../../torture/random.mjs'
import { pythonPath } from './python.ts'

/** The long form, with twenty kills: `npm run torture:copy`. */
describe('a transactional copy from one topic to another', () => {
  it('TXN-05, TXN-08, TXN-15: killed three times, and a broker once: every record is copied exactly once, in order', async () => {
    const said: string[] = []
    const say = (text: string) => said.push(text)
    const result = await tortureCopy({ python: pythonPath, kills: 3, killsPerBroker: 2, random: generator(20), say })
    expect(result.differences, said.join('\n')).toEqual([])
    expect(result).toMatchObject({ records: 900, brokerKills: 1 })
  })

  it('a record that is missing, doubled or out of order is a difference', () => {
    expect(differencesOf(0, ['a', 'b'], ['a', 'b'])).toEqual([])
    expect(differencesOf(0, ['a', 'b'], ['a'])).toEqual(['partition 0, record 1: b was copied as undefined'])
    expect(differencesOf(0, ['a', 'b'], ['a', 'a', 'b'])).toHaveLength(2)
    expect(differencesOf(0, ['a', 'b'], ['b', 'a'])).toHaveLength(2)
  })
})
