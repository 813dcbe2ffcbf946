// What Kafka's own command line tools are asked, in order: later calls build on what earlier ones made. `{b}` is the bootstrap
// address, `{c}` a file of the scratch folder. `masks` cover what differs between any two clusters: ids, times, ports, sizes. Those with
// `hasStaticVoters` are asked of processes with `controller.quorum.voters`, as the real cluster's are.
import { featureCalls } from './feature-calls.mjs'

const masks = {
  ids: [/\b[A-Za-z0-9_-]{22}\b/g, '<id>'],
  ports: [/127\.0\.0\.1:\d+|localhost:\d+/g, '<address>'],
  port: [/\b(19|20|21|29|9|3\d|4\d|5\d)\d{3}\b/g, '<number>'],
  paths: [/\/[\w./-]+/g, '<path>'],
}
const usual = [masks.ids, masks.ports]

export const calls = [
  {
    name: 'create',
    args: 'topics --bootstrap-server {b} --create --topic t1 --partitions 3 --replication-factor 3',
    masks: usual,
  },
  {
    name: 'create with configs',
    args: 'topics --bootstrap-server {b} --create --topic t2 --partitions 1 --replication-factor 1 --config retention.ms=60000 --config cleanup.policy=compact',
    masks: usual,
  },
  {
    name: 'create twice',
    args: 'topics --bootstrap-server {b} --create --topic t1',
    masks: [...usual, [/\[[\d-]+ [\d:,]+\]/g, '<time>']],
    mayFail: true,
    compare: 'first-line',
  },
  {
    name: 'create refused',
    args: 'topics --bootstrap-server {b} --create --topic t3 --replication-factor 9',
    masks: [...usual, [/\[[\d-]+ [\d:,]+\]/g, '<time>']],
    mayFail: true,
    compare: 'first-line',
  },
  { name: 'list', args: 'topics --bootstrap-server {b} --list', masks: usual },
  {
    name: 'describe',
    args: 'topics --bootstrap-server {b} --describe --topic t2',
    masks: [...usual, [/(Leader|Replicas|Isr|Elr|LastKnownElr): ?[\d,]*/g, '$1']],
  },
  { name: 'more partitions', args: 'topics --bootstrap-server {b} --alter --topic t1 --partitions 4', masks: usual },
  {
    name: 'produce',
    args: 'producer-perf-test --topic t1 --num-records 1000 --record-size 100 --throughput -1 --bootstrap-server {b}',
    masks: [],
    compare: 'status',
  },
  {
    name: 'verifiable producer',
    args: 'verifiable-producer --bootstrap-server {b} --topic t2 --max-messages 20 --repeating-keys 5',
    masks: [
      [/"timestamp":\d+/g, '"timestamp":0'],
      [/"(avg_throughput|target_throughput)":[\d.]+/g, ''],
    ],
    compare: 'sorted',
  },
  {
    name: 'configs alter',
    args: 'configs --bootstrap-server {b} --alter --entity-type topics --entity-name t1 --add-config max.message.bytes=2000000,retention.ms=1234567',
    masks: usual,
  },
  {
    name: 'configs describe',
    args: 'configs --bootstrap-server {b} --describe --entity-type topics --entity-name t1',
    masks: usual,
  },
  {
    name: 'configs all',
    args: 'configs --bootstrap-server {b} --describe --all --entity-type topics --entity-name t2',
    masks: usual,
    compare: 'sorted',
  },
  {
    name: 'configs delete',
    args: 'configs --bootstrap-server {b} --alter --entity-type topics --entity-name t1 --delete-config retention.ms',
    masks: usual,
  },
  {
    name: 'configs of a broker',
    args: 'configs --bootstrap-server {b} --alter --entity-type brokers --entity-name 1 --add-config log.cleaner.threads=2',
    masks: usual,
  },
  { name: 'offsets', args: 'get-offsets --bootstrap-server {b} --topic t2', masks: usual },
  { name: 'offsets earliest', args: 'get-offsets --bootstrap-server {b} --topic t2 --time earliest', masks: usual },
  {
    name: 'delete records',
    args: 'delete-records --bootstrap-server {b} --offset-json-file {c}',
    file: '{"partitions":[{"topic":"t2","partition":0,"offset":5}],"version":1}',
    masks: usual,
  },
  {
    name: 'console consumer',
    args: 'console-consumer --bootstrap-server {b} --topic t2 --from-beginning --max-messages 5 --timeout-ms 20000 --group g1',
    masks: usual,
    compare: 'stdout',
  },
  { name: 'groups list', args: 'consumer-groups --bootstrap-server {b} --list', masks: usual, compare: 'stdout' },
  {
    name: 'group describe',
    args: 'consumer-groups --bootstrap-server {b} --describe --group g1',
    masks: usual,
    compare: 'stdout',
  },
  {
    name: 'group reset',
    args: 'consumer-groups --bootstrap-server {b} --group g1 --reset-offsets --to-earliest --topic t2 --execute',
    masks: usual,
    compare: 'stdout',
  },
  { name: 'group delete', args: 'consumer-groups --bootstrap-server {b} --group g1 --delete', masks: usual, compare: 'stdout' },
  {
    name: 'election',
    args: 'leader-election --bootstrap-server {b} --election-type preferred --all-topic-partitions',
    masks: usual,
    compare: 'status',
  },
  {
    name: 'reassign',
    args: 'reassign-partitions --bootstrap-server {b} --reassignment-json-file {c} --execute',
    file: '{"version":1,"partitions":[{"topic":"t2","partition":0,"replicas":[3,2]}]}',
    masks: usual,
    compare: 'status',
  },
  {
    name: 'reassign verify',
    args: 'reassign-partitions --bootstrap-server {b} --reassignment-json-file {c} --verify',
    file: '{"version":1,"partitions":[{"topic":"t2","partition":0,"replicas":[3,2]}]}',
    masks: usual,
    compare: 'status',
  },
  { name: 'log dirs', args: 'log-dirs --bootstrap-server {b} --describe --topic-list t2', masks: usual, compare: 'status' },
  {
    name: 'quorum',
    args: 'metadata-quorum --bootstrap-server {b} describe --status',
    masks: [...usual, [/: +-?\d+/g, ': 0']],
    compare: 'labels',
  },
  {
    name: 'quorum replication',
    args: 'metadata-quorum --bootstrap-server {b} describe --replication',
    masks: [...usual, [/\d+/g, '0'], [/[ \t]+/g, ' ']],
    compare: 'status',
  },
  {
    name: 'api versions',
    args: 'broker-api-versions --bootstrap-server {b}',
    masks: [...usual, [/id: \d+ rack: \w+ isFenced: \w+/g, '']],
    compare: 'status',
  },
  { name: 'cluster id', args: 'cluster cluster-id --bootstrap-server {b}', masks: usual },
  { name: 'transactions list', args: 'transactions --bootstrap-server {b} list', masks: usual, compare: 'stdout' },
  { name: 'delete', args: 'topics --bootstrap-server {b} --delete --topic t1', masks: usual },
  {
    name: 'delete twice',
    args: 'topics --bootstrap-server {b} --delete --topic t1',
    masks: [...usual, [/\[[\d-]+ [\d:,]+\]/g, '<time>']],
    mayFail: true,
    compare: 'first-line',
  },
  ...featureCalls,
]
