import { exactText, hexOf } from '../../places/bytes-text.ts'
import type { ExactRecord } from './exact-record.ts'

/** As text where the bytes are text, else as hex. */
export const copiedText = (bytes: Uint8Array | null): string => (bytes === null ? '' : (exactText(bytes) ?? hexOf(bytes)))

/** For a shell: nothing in it is interpreted. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
const isPrintable = (bytes: Uint8Array): boolean => bytes.every(byte => byte >= 0x20 || byte === 0x09 || byte === 0x0a)

/** `printf` and what it prints: text as it is, other bytes in octal, which every shell knows. */
function printed(bytes: Uint8Array): string {
  const text = exactText(bytes)
  if (text !== undefined && isPrintable(bytes)) return `printf %s ${quoted(text)}`
  return `printf '${Array.from(bytes, byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`
}

/** Bytes that end keys and records on the way to kcat: such as occur in none of them. */
function delimiters(parts: readonly Uint8Array[]): [number, number] {
  const free = Array.from({ length: 255 }, (_, index) => index + 1).filter(byte => parts.every(part => !part.includes(byte)))
  return [free[0] ?? 1, free[1] ?? 2]
}

const shellByte = (byte: number) => String.raw`$'\x${byte.toString(16).padStart(2, '0')}'`

/** A line for a shell that sends the record again, to the same partition, byte for byte. */
export function kcatLine(record: ExactRecord, bootstrap: string): string {
  const { key, value } = record
  const [keyEnd, recordEnd] = delimiters([key, value].filter(part => part !== null))
  const input = key === null ? (value ?? new Uint8Array()) : Uint8Array.from([...key, keyEnd, ...(value ?? [])])
  const flags = [
    `-b ${bootstrap} -t ${record.topic} -p ${record.partition}`,
    `-D ${shellByte(recordEnd)}`,
    key === null ? '' : `-K ${shellByte(keyEnd)}`,
    value === null ? '-Z' : '',
    ...record.headers.map(header => `-H ${quoted(`${header.name}=${copiedText(header.value)}`)}`),
  ]
  return `${printed(input)} | kcat -P ${flags.filter(flag => flag !== '').join(' ')}`
}

export const clientLanguages = ['JavaScript (kafkajs)', 'Java', 'Python'] as const
export type ClientLanguage = (typeof clientLanguages)[number]

/** A program that reads exactly this record, without a group: looking leaves no trace. */
export function clientCode(record: ExactRecord, bootstrap: string, language: ClientLanguage): string {
  switch (language) {
    case 'Java':
      return javaCode(record, bootstrap)
    case 'Python':
      return pythonCode(record, bootstrap)
    default:
      return kafkajsCode(record, bootstrap)
  }
}

const asString = (text: string): string => JSON.stringify(text)

function kafkajsCode({ topic, partition, offset }: ExactRecord, bootstrap: string): string {
  return `import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: ${JSON.stringify(bootstrap.split(','))} })
const consumer = kafka.consumer({ groupId: 'look-at-one-record' })
await consumer.connect()
await consumer.subscribe({ topic: ${asString(topic)} })
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    if (partition !== ${partition} || message.offset !== '${offset}') return
    console.log(message.key?.toString(), message.value?.toString(), message.headers)
    void consumer.disconnect()
  },
})
consumer.seek({ topic: ${asString(topic)}, partition: ${partition}, offset: '${offset}' })
`
}

function javaCode({ topic, partition, offset }: ExactRecord, bootstrap: string): string {
  return `import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

public class OneRecord {
  public static void main(String[] args) {
    Map<String, Object> settings = Map.of("bootstrap.servers", ${asString(bootstrap)}, "max.poll.records", 1);
    var partition = new TopicPartition(${asString(topic)}, ${partition});
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, ${offset}L);
      for (var record : consumer.poll(Duration.ofSeconds(10))) System.out.println(record);
    }
  }
}
`
}

function pythonCode({ topic, partition, offset }: ExactRecord, bootstrap: string): string {
  return `from confluent_kafka import Consumer, TopicPartition

consumer = Consumer({"bootstrap.servers": ${asString(bootstrap)}, "group.id": "look-at-one-record", "enable.auto.commit": False})
consumer.assign([TopicPartition(${asString(topic)}, ${partition}, ${offset})])
message = consumer.poll(10)
print(message.key(), message.value(), message.headers())
consumer.close()
`
}
