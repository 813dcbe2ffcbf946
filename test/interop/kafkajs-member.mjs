// A member of a consumer group, on kafkajs: `kafkajs-member.mjs BOOTSTRAP GROUP TOPIC SESSION_TIMEOUT_MS`. Tells what happens to it in the
// same lines of JSON as librdkafka/member.py, and leaves its group when its standard input ends.
import kafkajs from 'kafkajs'

const [bootstrap, groupId, topic, sessionTimeout] = process.argv.slice(2)
const tell = what => process.stdout.write(`${JSON.stringify(what)}\n`)
const kafka = new kafkajs.Kafka({ brokers: bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING })
const consumer = kafka.consumer({
  groupId,
  sessionTimeout: Number(sessionTimeout),
  rebalanceTimeout: 10_000,
  heartbeatInterval: 200,
  maxWaitTimeInMs: 100,
})
const { GROUP_JOIN, REBALANCING } = consumer.events
consumer.on(REBALANCING, () => tell({ owned: [] }))
consumer.on(GROUP_JOIN, ({ payload }) =>
  tell({ owned: (payload.memberAssignment[topic] ?? []).map(partition => `${topic}-${partition}`) }),
)
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  autoCommitThreshold: 1,
  eachMessage: async ({ message }) => tell({ read: [String(message.value)] }),
})
for await (const _ of process.stdin);
await consumer.disconnect()
tell({ left: true })
