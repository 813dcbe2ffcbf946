import { expect, it } from 'vitest'
import { describeAcls } from '../../broker-core/protocol/messages/29-describe-acls.ts'
import { describeConfigs } from '../../broker-core/protocol/messages/32-describe-configs.ts'
import { createTopics } from '../../broker-core/protocol/messages/19-create-topics.ts'
import { saslAuthenticate } from '../../broker-core/protocol/messages/36-sasl-authenticate.ts'
import { envelope } from '../../broker-core/protocol/messages/58-envelope.ts'
import { describeCluster } from '../../broker-core/protocol/messages/60-describe-cluster.ts'
import { apiVersions } from '../../broker-core/protocol/messages/18-api-versions.ts'
import { decodeResponse, encodeRequest } from '../../broker-core/protocol/frames.ts'
import { allApis } from '../../broker-core/protocol/registry.ts'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { authenticate } from '../../broker-core/wire/sasl-client.ts'
import { conversation } from '../helpers/broker-conversation.ts'
import { startCluster } from '../helpers/in-process-cluster.ts'

it("SEC-01: the controllers' door serves what Kafka's does; envelopes are opened by the active one; SASL is out of place at both doors", async () => {
  const cluster = await startCluster()
  const talk = conversation()
  const ports = [1, 2, 3].map(nodeId => cluster.broker(nodeId)?.controllerPort ?? 0)
  const [port = 0] = ports
  const served = await talk.call(port, apiVersions, {
    ...apiVersions.request.zero,
    clientSoftwareName: 'a',
    clientSoftwareVersion: '1',
  })
  const expected = allApis.filter(api => api.listeners.includes('controller')).map(api => api.key)
  expect(served.apiKeys.map(entry => entry.apiKey).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b))

  const { clusterId, controllerId, brokers } = await talk.call(port, describeCluster, {
    ...describeCluster.request.zero,
    endpointType: 2,
  })
  expect(clusterId).toHaveLength(22)
  expect(brokers.map(node => node.port).sort()).toEqual([...ports].sort())
  const resources = [{ resourceType: 4, resourceName: '', configurationKeys: null }]
  const configs = await talk.call(port, describeConfigs, { ...describeConfigs.request.zero, resources })
  expect(configs.results[0]?.configs).toMatchObject([{ name: 'min.insync.replicas', value: '1' }])
  expect(errorName((await talk.call(port, describeAcls, describeAcls.request.zero)).errorCode)).toBe('SECURITY_DISABLED')
  for (const door of [port, cluster.broker(1)?.port ?? 0]) {
    const credentials = { mechanism: 'PLAIN', username: 'alice', password: 'secret' } as const
    await expect(authenticate(await talk.connection(door), credentials, nodeEnv())).rejects.toThrow(/ILLEGAL_SASL_STATE/)
    const { errorCode } = await talk.call(door, saslAuthenticate, saslAuthenticate.request.zero)
    expect(errorName(errorCode)).toBe('ILLEGAL_SASL_STATE')
  }

  const topic = { name: 'enveloped', numPartitions: 1, replicationFactor: 3, assignments: [], configs: [] }
  const body = { topics: [topic], timeoutMs: 5000, validateOnly: false }
  const request = Buffer.concat(encodeRequest(createTopics, 7, { correlationId: 77, clientId: 'inner' }, body)).subarray(4)
  const answers = await Promise.all(
    ports.map(each =>
      talk.call(each, envelope, { requestData: request, requestPrincipal: null, clientHostAddress: Uint8Array.of(127, 0, 0, 1) }),
    ),
  )
  expect(answers.map(answer => errorName(answer.errorCode)).sort()).toEqual(['NONE', 'NOT_CONTROLLER', 'NOT_CONTROLLER'])
  const inner = decodeResponse(createTopics, 7, answers[controllerId - 1]?.responseData ?? new Uint8Array(0))
  expect([inner.correlationId, inner.body]).toMatchObject([77, { topics: [{ name: 'enveloped', errorCode: 0 }] }])
  talk.close()
  await cluster.close()
})
