import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'
import { checks } from './java/checks.mjs'
import { kafkaToolsMissing } from './java/kafka-jars.mjs'
import { groupProperties } from './java/properties.mjs'

const missing = kafkaToolsMissing()
if (missing !== undefined) process.stdout.write(`kafka-clients: ${missing}; Kafka's own clients are not run against our groups\n`)

/** A few of them; all, with the tools and Kafka Streams: `npm run interop:java`. */
describe.runIf(missing === undefined)("Kafka's own clients", () => {
  let cluster: InProcessCluster
  beforeAll(async () => {
    cluster = await startCluster({ properties: groupProperties })
  })
  afterAll(() => cluster.close())

  const short = checks.filter(check => check.isShort === true).map(check => [check.name, check] as const)
  it.concurrent.each(short)('%s', async (_, check) => {
    const bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    await expect(check.run(bootstrap)).resolves.toBeUndefined()
  })
})
