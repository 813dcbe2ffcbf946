import type { SnippetTarget } from './client-snippets.ts'
import { librdkafkaSettings } from './security-settings.ts'

export function kcatSnippet({ bootstrap, security }: SnippetTarget): string {
  const options = librdkafkaSettings(security).map(([name, value]) => `  -X ${shellText(`${name}=${value}`)}`)
  const kcat = `kcat -b ${bootstrap}`
  if (options.length === 0)
    return `echo 'A-1009:{"total":129.90}' | ${kcat} -P -t orders -K:
${kcat} -C -t orders -o beginning -f '%p %o %k %s\\n'`
  return `OPTIONS=(
${options.join('\n')}
)
echo 'A-1009:{"total":129.90}' | ${kcat} "\${OPTIONS[@]}" -P -t orders -K:
${kcat} "\${OPTIONS[@]}" -C -t orders -o beginning -f '%p %o %k %s\\n'`
}

const shellText = (text: string): string => (/^[\w.=/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

export function pythonSnippet({ bootstrap, security }: SnippetTarget): string {
  const settings = [['bootstrap.servers', bootstrap] as const, ...librdkafkaSettings(security)]
  return `from confluent_kafka import Consumer, Producer

config = {
${settings.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`).join('\n')}
}

producer = Producer(config)
producer.produce("orders", key="A-1009", value='{"total": 129.9}')
producer.flush()

consumer = Consumer({**config, "group.id": "my-service", "auto.offset.reset": "earliest"})
consumer.subscribe(["orders"])
while True:
    message = consumer.poll(1.0)
    if message is not None and message.error() is None:
        print(message.partition(), message.offset(), message.value())`
}
