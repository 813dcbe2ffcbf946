import type { ClientSnippet } from '../contract/views/cluster.ts'

/** Copy-ready first steps for clients of many languages: each produces one record to `orders` and reads the topic from its start. */
export function clientSnippets(bootstrap: string): ClientSnippet[] {
  return templates.map(({ code, ...rest }) => ({ ...rest, code: code.replaceAll('BOOTSTRAP', bootstrap) }))
}

const templates: readonly ClientSnippet[] = [
  {
    id: 'kcat',
    title: 'kcat',
    language: 'shell',
    code: `echo 'A-1009:{"total":129.90}' | kcat -b BOOTSTRAP -P -t orders -K:
kcat -b BOOTSTRAP -C -t orders -o beginning -f '%p %o %k %s\\n'`,
  },
  {
    id: 'java',
    title: 'Java',
    language: 'java',
    code: `var properties = new Properties();
properties.put("bootstrap.servers", "BOOTSTRAP");
properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
properties.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
try (var producer = new KafkaProducer<String, String>(properties)) {
  var ack = producer.send(new ProducerRecord<>("orders", "A-1009", "{\\"total\\":129.90}")).get();
  System.out.println(ack.partition() + " @ " + ack.offset());
}`,
  },
  {
    id: 'spring',
    title: 'Spring Boot',
    language: 'yaml',
    code: `spring:
  kafka:
    bootstrap-servers: BOOTSTRAP
    consumer:
      group-id: my-service
      auto-offset-reset: earliest`,
  },
  {
    id: 'kafkajs',
    title: 'kafkajs',
    language: 'javascript',
    code: `import { Kafka } from 'kafkajs'

const kafka = new Kafka({ brokers: 'BOOTSTRAP'.split(',') })
const producer = kafka.producer()
await producer.connect()
await producer.send({ topic: 'orders', messages: [{ key: 'A-1009', value: JSON.stringify({ total: 129.9 }) }] })

const consumer = kafka.consumer({ groupId: 'my-service' })
await consumer.connect()
await consumer.subscribe({ topic: 'orders', fromBeginning: true })
await consumer.run({ eachMessage: async ({ partition, message }) => console.log(partition, message.offset, String(message.value)) })`,
  },
  {
    id: 'python',
    title: 'Python',
    language: 'python',
    code: `from confluent_kafka import Consumer, Producer

producer = Producer({"bootstrap.servers": "BOOTSTRAP"})
producer.produce("orders", key="A-1009", value='{"total": 129.9}')
producer.flush()

consumer = Consumer({"bootstrap.servers": "BOOTSTRAP", "group.id": "my-service", "auto.offset.reset": "earliest"})
consumer.subscribe(["orders"])
while True:
    message = consumer.poll(1.0)
    if message is not None and message.error() is None:
        print(message.partition(), message.offset(), message.value())`,
  },
  {
    id: 'go',
    title: 'Go',
    language: 'go',
    code: `client, err := kgo.NewClient(
	kgo.SeedBrokers(strings.Split("BOOTSTRAP", ",")...),
	kgo.ConsumerGroup("my-service"),
	kgo.ConsumeTopics("orders"),
)
if err != nil {
	log.Fatal(err)
}
record := &kgo.Record{Topic: "orders", Key: []byte("A-1009"), Value: []byte(\`{"total":129.9}\`)}
if err := client.ProduceSync(context.Background(), record).FirstErr(); err != nil {
	log.Fatal(err)
}`,
  },
  {
    id: 'dotnet',
    title: '.NET',
    language: 'csharp',
    code: `var config = new ProducerConfig { BootstrapServers = "BOOTSTRAP" };
using var producer = new ProducerBuilder<string, string>(config).Build();
var message = new Message<string, string> { Key = "A-1009", Value = "{\\"total\\":129.9}" };
var ack = await producer.ProduceAsync("orders", message);
Console.WriteLine(ack.TopicPartitionOffset);`,
  },
]
