import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { expect } from 'vitest'
import { areShared, GroupMember } from './group-member.ts'
import { until } from './json-process.ts'

const partitions = 12
const recordsPerStep = 120

export interface Scenario {
  readonly bootstrap: string
  readonly topic: string
  newMember(): GroupMember
}

/**
 * A group that grows to eight members and shrinks to one, by members that join, leave and die, with records written at each step. At
 * each step the partitions are shared out without gap or overlap, and every record is read; before the first death none is read twice.
 */
export async function playGroupLife({ bootstrap, newMember, topic }: Scenario): Promise<void> {
  const writer = await startWriter(bootstrap, topic)
  const all = Array.from({ length: partitions }, (_, partition) => `${topic}-${partition}`)
  const members: GroupMember[] = []
  const gone: GroupMember[] = []
  const texts = () => members.map((member, index) => `member ${index}: ${member.text}`).join('\n')
  async function settle(step: string): Promise<void> {
    await until(`${step}: the partitions are shared out`, () => areShared(members, all), texts)
    await writer.write()
    await until(`${step}: all records are read`, () => missing(writer.sent, [...members, ...gone]) === 0, texts)
  }
  const take = (count: number) => {
    const taken = members.splice(0, count)
    gone.push(...taken)
    return taken
  }
  try {
    for (const size of [1, 2, 3, 5, 8]) {
      while (members.length < size) members.push(newMember())
      await settle(`${size} members`)
    }
    await Promise.all(take(2).map(member => member.leave()))
    await settle('two of eight left')
    const read = [...members, ...gone].flatMap(member => member.read)
    expect(read.length, 'nothing is read twice where nobody died').toBe(writer.sent.length)
    await Promise.all(take(3).map(member => member.kill()))
    await settle('three of six died')
    await Promise.all([...take(1).map(member => member.leave()), ...take(1).map(member => member.kill())])
    await settle('one left and one died')
    await members[0]?.leave()
    const committed = await writer.committed(topic)
    expect(committed).toEqual(Array.from({ length: partitions }, () => writer.sent.length / partitions))
  } finally {
    await Promise.all(members.map(member => member.kill()))
    await writer.close()
  }
}

/** How many of the values nobody has read. */
export function missing(sent: readonly string[], members: readonly GroupMember[]): number {
  const read = new Set(members.flatMap(member => member.read))
  return sent.filter(value => !read.has(value)).length
}

/** Makes the topic, and writes to its partitions in turn. */
export async function startWriter(bootstrap: string, topic: string) {
  const kafka = new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING })
  const [admin, producer] = [kafka.admin(), kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })]
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 3 }], waitForLeaders: true })
  const sent: string[] = []
  return {
    sent,
    async write() {
      const values = Array.from({ length: recordsPerStep }, (_, index) => `${topic}:${sent.length + index}`)
      await producer.send({ topic, messages: values.map((value, index) => ({ value, partition: index % partitions })) })
      sent.push(...values)
    },
    /** By partition, of the group that is called like its topic. */
    async committed(groupId: string) {
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
      const sorted = offsets?.partitions.toSorted((a, b) => a.partition - b.partition) ?? []
      return sorted.map(({ offset }) => Number(offset))
    },
    async close() {
      await Promise.all([admin.disconnect(), producer.disconnect()])
    },
  }
}
