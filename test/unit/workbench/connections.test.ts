import { beforeEach, describe, expect, it } from 'vitest'
import { openConnections } from '../../../src-main/workbench/connections.ts'
import type { ConnectionProfile } from '../../../src-main/settings/settings.ts'

let profiles: readonly ConnectionProfile[] = []
beforeEach(() => {
  profiles = []
})
const settings = {
  profiles: () => profiles,
  replaceProfiles: (next: readonly ConnectionProfile[]) => {
    profiles = next
  },
}
const open = () => openConnections({ settings, localBootstrap: '127.0.0.1:9092', opened: undefined })
const foreign = { name: 'Staging', bootstrap: ['s:9092'], readOnly: true, colour: null }

describe('connections', () => {
  it('begin with the embedded cluster, which is always writable and stays', () => {
    const connections = open()
    expect(connections.list.value).toMatchObject([{ id: 'local', kind: 'local', readOnly: false }])
    expect(() => connections.update('local', { readOnly: true })).toThrow(/always writable/)
    expect(() => connections.remove('local')).toThrow(/cannot be removed/)
  })

  it('keep foreign clusters over a restart, read-only until switched', () => {
    const connections = open()
    const { id } = connections.add(foreign)
    expect(() => connections.writable(id)).toThrow(/switched to read-only/)
    connections.update(id, { readOnly: false })
    expect(connections.writable(id).name).toBe('Staging')
    expect(open().get(id)).toMatchObject({ name: 'Staging', readOnly: false, kind: 'foreign' })
    connections.remove(id)
    expect(() => connections.get(id)).toThrow(/there is no connection/)
    expect(profiles).toEqual([])
  })

  it('show what the command line opened, without keeping it', () => {
    const connections = openConnections({ settings, localBootstrap: undefined, opened: ['k:9092'] })
    expect(connections.list.value).toMatchObject([{ id: 'opened', kind: 'foreign', readOnly: true }])
    connections.update('opened', { readOnly: false })
    expect(connections.writable('opened').readOnly).toBe(false)
    expect(profiles).toEqual([])
  })
})
