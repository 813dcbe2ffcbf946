import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApacheKafka, apacheKafkaMissing, startApacheKafka } from '../helpers/apache-kafka.ts'
import { openWorkbenchOn, type WorkbenchInProcess } from '../helpers/workbench-in-process.ts'
import { walkSampleShop, walkSearchAndGroups, walkTopicsAndRecords } from '../helpers/workbench-walk.ts'

const missing = apacheKafkaMissing()
if (missing !== undefined) console.log(`foreign-cluster: not run, ${missing}`)

/** `brokerbench open HOST:PORT` on a real Apache Kafka: the same use cases as on our own cluster. */
describe.runIf(missing === undefined)('a foreign cluster', () => {
  let kafka: ApacheKafka | undefined
  let workbench: WorkbenchInProcess
  beforeAll(async () => {
    kafka = await startApacheKafka(1)
    workbench = openWorkbenchOn(kafka.bootstrap)
  }, 120_000)
  afterAll(async () => {
    await workbench?.close()
    kafka?.close()
  }, 30_000)

  it('says of itself what it is', async () => {
    const { call, connection } = workbench
    const overview = await call('cluster.overview', { connection })
    expect(overview).toMatchObject({ controllerId: 1, missing: [], brokers: [{ brokerId: 1, up: true, isController: true }] })
    const { features, missing: silent } = await call('cluster.features', { connection })
    expect(silent).toEqual([])
    expect(features[0]).toMatchObject({ name: 'metadata.version', supported: { min: { level: 7, name: '3.3-IV3' } } })
    expect(features[0]?.finalized.name).toBe(features[0]?.supported?.max.name)
    const steps = await call('connections.test', { bootstrap: [...(kafka?.bootstrap.split(',') ?? [])] })
    expect(steps.filter(step => step.state === 'failed')).toEqual([])
  })

  it('is read-only until switched; then topics, pages, seeks and single records are as on ours', async () => {
    await walkTopicsAndRecords(workbench, kafka?.bootstrap ?? '')
  })

  it('is scanned, exported, imported; groups are reset and put back', async () => {
    await walkSearchAndGroups(workbench, kafka?.bootstrap ?? '')
  })

  it('runs the sample shop and shows its lag', async () => {
    await walkSampleShop(workbench)
  })
})
