import { beforeEach, describe, expect, it } from 'vitest'
import { openConnections } from '../../../src-main/workbench/connections.ts'
import { sessionSecrets } from '../../../src-main/settings/secret-store.ts'
import { clientSecurity } from '../../../src-main/workbench/connection-secrets.ts'
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
const store = sessionSecrets()
const open = () => openConnections({ settings, store, localBootstrap: '127.0.0.1:9092', opened: undefined })
const foreign = { name: 'Staging', bootstrap: ['s:9092'], readOnly: true, colour: null, security: null, registry: null }

describe('connections', () => {
  it('begin with the embedded cluster, which is always writable and stays', () => {
    const connections = open()
    expect(connections.list.value).toMatchObject([{ id: 'local', kind: 'local', readOnly: false }])
    expect(() => connections.update('local', { readOnly: true })).toThrow(/always writable/)
    expect(() => connections.remove('local')).toThrow(/cannot be removed/)
  })

  it('keep foreign clusters over a restart, read-only until switched', () => {
    const connections = open()
    const { id } = connections.add(foreign, null)
    expect(() => connections.writable(id)).toThrow(/switched to read-only/)
    connections.update(id, { readOnly: false })
    expect(connections.writable(id).name).toBe('Staging')
    expect(open().get(id)).toMatchObject({ name: 'Staging', readOnly: false, kind: 'foreign' })
    connections.remove(id)
    expect(() => connections.get(id)).toThrow(/there is no connection/)
    expect(profiles).toEqual([])
  })

  it('end what goes on changing a cluster when it is switched to read-only, or removed', () => {
    const connections = open()
    const { id } = connections.add({ ...foreign, readOnly: false }, null)
    const first = connections.whileWritable(id)
    connections.update(id, { name: 'Other' })
    expect(first.aborted).toBe(false)
    connections.update(id, { readOnly: true })
    expect(first.reason).toMatchObject({ failure: { code: 'REFUSED' } })
    expect(() => connections.whileWritable(id)).toThrow(/switched to read-only/)
    connections.update(id, { readOnly: false })
    const second = connections.whileWritable(id)
    expect(second.aborted).toBe(false)
    connections.remove(id)
    expect(second.aborted).toBe(true)
  })

  it('show what the command line opened, without keeping it', () => {
    const connections = openConnections({
      settings,
      store,
      localBootstrap: undefined,
      opened: { kind: 'cluster', bootstrap: ['k:9092'] },
    })
    expect(connections.list.value).toMatchObject([{ id: 'opened', kind: 'foreign', readOnly: true }])
    connections.update('opened', { readOnly: false })
    expect(connections.writable('opened').readOnly).toBe(false)
    expect(profiles).toEqual([])
  })

  it('keep secrets apart from profiles: neither settings nor views have them', () => {
    const connections = open()
    const security = {
      protocol: 'sasl-tls',
      mechanism: 'SCRAM-SHA-512',
      username: 'ada',
      caPem: null,
      certificatePem: null,
      serverName: null,
      verify: true,
    } as const
    const { id } = connections.add({ ...foreign, security }, { password: 'hunter2' })
    expect(connections.get(id).secretsKept).toEqual({ password: true, key: false, registryPassword: false, where: 'session' })
    expect(JSON.stringify([profiles, connections.list.value])).not.toContain('hunter2')
    expect(clientSecurity(security, connections.secrets(id))).toEqual({
      tls: { rejectUnauthorized: true },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'ada', password: 'hunter2' },
    })
    connections.update(id, {}, { registryPassword: 'r' })
    expect(connections.secrets(id)).toMatchObject({ password: 'hunter2', registryPassword: 'r' })
    connections.update(id, {}, null)
    expect(() => clientSecurity(security, connections.secrets(id))).toThrow(/none is kept here/)
    connections.remove(id)
    expect(store.read(id)).toBeUndefined()
  })
})
