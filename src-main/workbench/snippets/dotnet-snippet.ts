import type { ConnectionSecurity } from '../../contract/views/app.ts'
import type { SnippetTarget } from './client-snippets.ts'
import { passwordPlaceholder, securityFiles, usesSasl, usesTls } from './security-settings.ts'

const protocols = { plaintext: 'Plaintext', tls: 'Ssl', 'sasl-plaintext': 'SaslPlaintext', 'sasl-tls': 'SaslSsl' } as const
const mechanisms = { PLAIN: 'Plain', 'SCRAM-SHA-256': 'ScramSha256', 'SCRAM-SHA-512': 'ScramSha512' } as const

/** With Confluent.Kafka. */
export function dotnetSnippet({ bootstrap, security }: SnippetTarget): string {
  const settings = [`BootstrapServers = ${JSON.stringify(bootstrap)}`, ...securitySettings(security)]
  return `var client = new ClientConfig {
${settings.map(setting => `    ${setting},`).join('\n')}
};

using var producer = new ProducerBuilder<string, string>(client).Build();
var message = new Message<string, string> { Key = "A-1009", Value = "{\\"total\\":129.9}" };
var ack = await producer.ProduceAsync("orders", message);
Console.WriteLine(ack.TopicPartitionOffset);

var config = new ConsumerConfig(client) { GroupId = "my-service", AutoOffsetReset = AutoOffsetReset.Earliest };
using var consumer = new ConsumerBuilder<string, string>(config).Build();
consumer.Subscribe("orders");
while (true) {
    var result = consumer.Consume();
    Console.WriteLine($"{result.TopicPartitionOffset} {result.Message.Value}");
}`
}

function securitySettings(security: ConnectionSecurity | null): string[] {
  if (security === null || security.protocol === 'plaintext') return []
  return [
    `SecurityProtocol = SecurityProtocol.${protocols[security.protocol]}`,
    ...(usesSasl(security)
      ? [
          `SaslMechanism = SaslMechanism.${mechanisms[security.mechanism ?? 'PLAIN']}`,
          `SaslUsername = ${JSON.stringify(security.username ?? '')}`,
          `SaslPassword = "${passwordPlaceholder}"`,
        ]
      : []),
    ...(usesTls(security) && security.caPem !== null ? [`SslCaLocation = "${securityFiles.ca}"`] : []),
    ...(usesTls(security) && security.certificatePem !== null
      ? [`SslCertificateLocation = "${securityFiles.certificate}"`, `SslKeyLocation = "${securityFiles.key}"`]
      : []),
    ...(usesTls(security) && !security.verify ? ['EnableSslCertificateVerification = false'] : []),
  ]
}
