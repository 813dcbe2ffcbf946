import type { ConnectionSecurity } from '../../contract/views/app.ts'
import type { SnippetTarget } from './client-snippets.ts'
import { passwordPlaceholder, securityFiles, usesSasl, usesTls } from './security-settings.ts'

export function kafkajsSnippet({ bootstrap, security }: SnippetTarget): string {
  const ssl = sslLine(security)
  const readsFiles = ssl?.includes('readFileSync') === true
  const options = [`brokers: ${JSON.stringify(bootstrap.split(','))}`, ssl, saslLine(security)].filter(it => it !== undefined)
  return `import { Kafka } from 'kafkajs'
${readsFiles ? "import { readFileSync } from 'node:fs'\n" : ''}
const kafka = new Kafka({
${options.map(option => `  ${option},`).join('\n')}
})
const producer = kafka.producer()
await producer.connect()
await producer.send({ topic: 'orders', messages: [{ key: 'A-1009', value: JSON.stringify({ total: 129.9 }) }] })

const consumer = kafka.consumer({ groupId: 'my-service' })
await consumer.connect()
await consumer.subscribe({ topic: 'orders', fromBeginning: true })
await consumer.run({
  eachMessage: async ({ partition, message }) => console.log(partition, message.offset, String(message.value)),
})`
}

function sslLine(security: ConnectionSecurity | null): string | undefined {
  if (!usesTls(security)) return undefined
  const parts = [
    ...(security.caPem === null ? [] : [`ca: [readFileSync('${securityFiles.ca}')]`]),
    ...(security.certificatePem === null
      ? []
      : [`cert: readFileSync('${securityFiles.certificate}')`, `key: readFileSync('${securityFiles.key}')`]),
    ...(security.serverName === null ? [] : [`servername: ${JSON.stringify(security.serverName)}`]),
    ...(security.verify ? [] : ['rejectUnauthorized: false']),
  ]
  return parts.length === 0 ? 'ssl: true' : `ssl: { ${parts.join(', ')} }`
}

function saslLine(security: ConnectionSecurity | null): string | undefined {
  if (!usesSasl(security)) return undefined
  const mechanism = (security.mechanism ?? 'PLAIN').toLowerCase()
  const username = JSON.stringify(security.username ?? '')
  return `sasl: { mechanism: '${mechanism}', username: ${username}, password: '${passwordPlaceholder}' }`
}
