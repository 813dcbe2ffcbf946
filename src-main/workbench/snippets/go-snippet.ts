import type { ConnectionSecurity } from '../../contract/views/app.ts'
import type { SnippetTarget } from './client-snippets.ts'
import { passwordPlaceholder, securityFiles, usesSasl, usesTls } from './security-settings.ts'

/** With franz-go. */
export function goSnippet({ bootstrap, security }: SnippetTarget): string {
  const brokers = bootstrap.split(',').map(address => JSON.stringify(address))
  const options = [...(usesTls(security) ? ['kgo.DialTLSConfig(config)'] : []), ...saslOptions(security)]
  return `${tlsLines(security)}client, err := kgo.NewClient(
	kgo.SeedBrokers(${brokers.join(', ')}),
${options.map(option => `	${option},\n`).join('')}	kgo.ConsumerGroup("my-service"),
	kgo.ConsumeTopics("orders"),
	kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
)
if err != nil {
	log.Fatal(err)
}
record := &kgo.Record{Topic: "orders", Key: []byte("A-1009"), Value: []byte(\`{"total":129.9}\`)}
if err := client.ProduceSync(context.Background(), record).FirstErr(); err != nil {
	log.Fatal(err)
}
for {
	client.PollFetches(context.Background()).EachRecord(func(record *kgo.Record) {
		fmt.Println(record.Partition, record.Offset, string(record.Value))
	})
}`
}

function tlsLines(security: ConnectionSecurity | null): string {
  if (!usesTls(security)) return ''
  const lines = ['config := &tls.Config{}']
  if (security.serverName !== null) lines.push(`config.ServerName = ${JSON.stringify(security.serverName)}`)
  if (security.caPem !== null)
    lines.push(
      `authorities, _ := os.ReadFile("${securityFiles.ca}")`,
      'config.RootCAs = x509.NewCertPool()',
      'config.RootCAs.AppendCertsFromPEM(authorities)',
    )
  if (security.certificatePem !== null)
    lines.push(
      `certificate, _ := tls.LoadX509KeyPair("${securityFiles.certificate}", "${securityFiles.key}")`,
      'config.Certificates = []tls.Certificate{certificate}',
    )
  if (!security.verify) lines.push('config.InsecureSkipVerify = true')
  return `${lines.join('\n')}\n`
}

function saslOptions(security: ConnectionSecurity | null): string[] {
  if (!usesSasl(security)) return []
  const auth = `Auth{User: ${JSON.stringify(security.username ?? '')}, Pass: "${passwordPlaceholder}"}`
  if (security.mechanism === 'PLAIN' || security.mechanism === null) return [`kgo.SASL(plain.${auth}.AsMechanism())`]
  return [`kgo.SASL(scram.${auth}.As${security.mechanism === 'SCRAM-SHA-256' ? 'Sha256' : 'Sha512'}Mechanism())`]
}
