import type { SnippetTarget } from './client-snippets.ts'
import { javaSettings } from './security-settings.ts'

export function javaSnippet({ bootstrap, security }: SnippetTarget): string {
  const settings = [['bootstrap.servers', bootstrap] as const, ...javaSettings(security)]
  const put = settings.map(([name, value]) => `properties.put(${JSON.stringify(name)}, ${JSON.stringify(value)});`)
  return `var properties = new Properties();
${put.join('\n')}

try (var producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
  var ack = producer.send(new ProducerRecord<>("orders", "A-1009", "{\\"total\\":129.90}")).get();
  System.out.println(ack.partition() + " @ " + ack.offset());
}

properties.put("group.id", "my-service");
properties.put("auto.offset.reset", "earliest");
try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
  consumer.subscribe(List.of("orders"));
  while (true)
    for (var record : consumer.poll(Duration.ofMillis(500)))
      System.out.println(record.partition() + " @ " + record.offset() + " " + record.value());
}`
}

/** `application.yaml`, and a listener. */
export function springSnippet({ bootstrap, security }: SnippetTarget): string {
  const settings = javaSettings(security)
  const properties = settings.map(([name, value]) => `      ${name}: ${yamlText(value)}`)
  return `spring:
  kafka:
    bootstrap-servers: ${yamlText(bootstrap)}
    consumer:
      group-id: my-service
      auto-offset-reset: earliest${properties.length === 0 ? '' : `\n    properties:\n${properties.join('\n')}`}

# @KafkaListener(topics = "orders")
# void order(ConsumerRecord<String, String> record) { … }
#
# kafkaTemplate.send("orders", "A-1009", "{\\"total\\":129.90}");`
}

const yamlText = (value: string): string => (/^[\w.,:/-]+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`)
