import { z } from 'zod'
import type {
  AppInfo,
  AuditEntry,
  ConnectionTestStep,
  ConnectionView,
  Notice,
  Preferences,
  SchemaFolderView,
} from './views/app.ts'
import type {
  ClientSnippet,
  ClusterEvent,
  ClusterFeatures,
  ClusterOverview,
  ClusterStatus,
  DataDirectorySize,
  LocalBrokerView,
  LocalClusterView,
  LocalProperties,
  RateSample,
  RetireProgress,
  SampleShopView,
} from './views/cluster.ts'
import type { GroupDetail, GroupList, LagHistory, LagItem, RebalanceEvent } from './views/groups.ts'
import type {
  BytesChunk,
  FieldAnswer,
  ProduceProgress,
  Produced,
  RecordDetail,
  RecordLocation,
  RecordPage,
  RecordSession,
  TextChunk,
} from './views/records.ts'
import type {
  ConfigDefinition,
  ConfigEntry,
  NamedOutcome,
  TopicConsumers,
  TopicCreated,
  TopicDetail,
  TopicLags,
  TopicLayout,
  TopicList,
  TopicListPart,
} from './views/topics.ts'
import type { ReassignmentPlan, ReassignmentView } from './views/reassignments.ts'
import type { ResetPlan, ResetResult } from './views/resets.ts'
import type { Histogram, ScanItem, TailItem } from './views/search.ts'
import type { TransferProgress } from './views/transfer.ts'
import * as app from './inputs/app.ts'
import { nothing, onConnection, onGroup, onTopic } from './inputs/common.ts'
import * as groups from './inputs/groups.ts'
import * as records from './inputs/records.ts'
import * as search from './inputs/search.ts'
import * as topics from './inputs/topics.ts'
import * as transfer from './inputs/transfer.ts'

/**
 * Everything that the window may ask of main. Inputs are parsed on the main side, whatever the door. The window imports this file
 * for its types only; a call gives one answer, a stream gives items until it is cancelled.
 */
export interface Call<In extends z.ZodType, Out> {
  readonly kind: 'call'
  readonly input: In
  readonly output?: Out
}
export interface Stream<In extends z.ZodType, Item> {
  readonly kind: 'stream'
  readonly input: In
  readonly item?: Item
}
const call =
  <Out>() =>
  <In extends z.ZodType>(input: In): Call<In, Out> => ({ kind: 'call', input })
const stream =
  <Item>() =>
  <In extends z.ZodType>(input: In): Stream<In, Item> => ({ kind: 'stream', input })

export const contract = {
  'app.info': call<AppInfo>()(nothing),
  /** Those of this run first (at most 200), then new ones as they happen. */
  'app.notices': stream<Notice>()(nothing),
  'settings.read': call<Preferences>()(nothing),
  'settings.write': call<Preferences>()(app.preferencesPatch),
  /** The schema folder of the settings: at once and on every change of it. */
  'schemas.watch': stream<SchemaFolderView>()(nothing),

  /** The whole list, at once and on every change. */
  'connections.watch': stream<readonly ConnectionView[]>()(nothing),
  'connections.add': call<ConnectionView>()(app.addConnection),
  'connections.update': call<ConnectionView>()(app.updateConnection),
  'connections.remove': call<null>()(onConnection),
  /** What was done to foreign clusters, and resets of our own: the kept entries first (at most 1,000, over restarts too), then new ones. */
  'connections.audit': stream<AuditEntry>()(app.audit),
  'connections.test': call<readonly ConnectionTestStep[]>()(app.testConnection),

  'cluster.overview': call<ClusterOverview>()(onConnection),
  'cluster.features': call<ClusterFeatures>()(onConnection),
  'cluster.snippets': call<readonly ClientSnippet[]>()(onConnection),
  'cluster.status': stream<ClusterStatus>()(onConnection),
  /** The remembered samples (at most 15 minutes) in one item first, then one by one. */
  'cluster.rates': stream<readonly RateSample[]>()(onConnection),

  /** The remembered events (at most 1,000) in one item first, then as they are seen. */
  'cluster.events': stream<readonly ClusterEvent[]>()(onConnection),

  /** The embedded cluster: at once and on every change. */
  'local.watch': stream<LocalClusterView>()(nothing),
  /** Of its data directory; null where there is no embedded cluster. */
  'local.dataSize': call<DataDirectorySize | null>()(nothing),
  /** Server properties of the embedded cluster; null where there is none. */
  'local.properties': call<LocalProperties | null>()(nothing),
  /** Kept over restarts; each broker takes them when it starts next. Throws BAD_INPUT for values that no broker starts with. */
  'local.setProperties': call<null>()(app.setLocalProperties),
  'local.start': call<null>()(nothing),
  'local.stop': call<null>()(nothing),
  'local.startBroker': call<null>()(app.onBroker),
  'local.stopBroker': call<null>()(app.onBroker),
  /** Ends its thread at once, as a crash would. */
  'local.killBroker': call<null>()(app.onBroker),
  'local.restartBroker': call<null>()(app.onBroker),
  /** A further broker for the running cluster; answers when it serves. */
  'local.addBroker': call<LocalBrokerView>()(app.addBroker),
  /** Moves its replicas to the others, stops and forgets it. Ends with `done`; cancelled while moving, the moves are taken back. */
  'local.retireBroker': stream<RetireProgress>()(app.retireBroker),
  /** Stops it, removes its replicas from its disk and starts it: it copies everything anew. */
  'local.emptyBroker': call<null>()(app.onBroker),
  /** Stops all brokers, removes all their files and starts them as a new cluster; answers when it serves. */
  'local.reset': call<null>()(app.resetLocal),

  'topics.list': call<TopicList>()(topics.listTopics),
  /** The list, internal topics too, in parts of at most 500: what there is first, then what changed. For long lists that stay open. */
  'topics.watch': stream<TopicListPart>()(onConnection),
  /** Groups and their worst lag for the whole list: nothing is asked of the cluster. */
  'topics.lags': call<TopicLags>()(onConnection),
  'topics.consumers': call<TopicConsumers>()(onTopic),
  'topics.planLayout': call<TopicLayout>()(topics.planLayout),
  'topics.detail': call<TopicDetail>()(onTopic),
  'topics.create': call<TopicCreated>()(topics.createTopic),
  'topics.delete': call<readonly NamedOutcome[]>()(topics.deleteTopics),
  'topics.addPartitions': call<null>()(topics.addPartitions),
  'topics.empty': call<null>()(topics.emptyTopic),
  'topics.config': call<readonly ConfigEntry[]>()(onTopic),
  'topics.alterConfig': call<null>()(topics.alterTopicConfig),
  'topics.configDefinitions': call<readonly ConfigDefinition[]>()(onConnection),
  /** Partitions that are led by their preferred replica now, or why not. */
  'topics.electLeaders': call<readonly NamedOutcome[]>()(topics.electLeaders),
  'topics.planReassignment': call<ReassignmentPlan>()(topics.planReassignment),
  'topics.reassign': call<null>()(topics.reassign),
  'topics.cancelReassignment': call<null>()(topics.cancelReassignment),
  /** Those under way, at once and every other second until the signal ends; empty when all are done. */
  'topics.reassignments': stream<readonly ReassignmentView[]>()(onConnection),

  /** A session remembers readers and buffers. It ends with `records.close`, its port, or 15 idle minutes: then NOT_FOUND, open again at a cut. */
  'records.open': call<RecordSession>()(records.openRecords),
  'records.page': call<RecordPage>()(records.pageOfRecords),
  'records.close': call<null>()(z.object({ session: records.session })),
  'records.detail': call<RecordDetail>()(records.recordDetail),
  'records.bytes': call<BytesChunk>()(records.recordBytes),
  /** Where it lies on the disks of the brokers that hold it. */
  'records.location': call<RecordLocation>()(records.recordLocation),
  'records.text': call<TextChunk>()(records.recordText),
  /** The innermost field at a place of the text, or around some bytes. */
  'records.field': call<FieldAnswer>()(records.recordField),
  'records.produce': call<Produced>()(records.produceOne),
  /** Of the connection's schema registry, by name; null: it names none. */
  'registry.subjects': call<readonly string[] | null>()(onConnection),
  /** Many from a template or a file; ends by itself, or with its signal. */
  'records.produceMany': stream<ProduceProgress>()(records.produceMany),
  /** Ends the transaction of a run that is `waiting`. */
  'records.endProduce': call<null>()(records.endProduce),
  /** What a template becomes: one text per record. */
  'records.previewTemplate': call<readonly string[]>()(records.previewTemplate),
  /** Reads every record of a range and sends what matches; ends by itself, or with its signal. */
  'records.scan': stream<ScanItem>()(search.scanRecords),
  /** Whether a filter matches one record: to try it out. Throws BAD_INPUT for a filter that cannot be understood. */
  'records.testFilter': call<boolean>()(search.testFilter),
  /** New records as they come. */
  'records.tail': stream<TailItem>()(search.tailRecords),
  'records.histogram': call<Histogram>()(search.histogram),
  /** Writes a file on this machine. */
  'transfer.export': stream<TransferProgress>()(transfer.exportRecords),
  'transfer.import': stream<TransferProgress>()(transfer.importRecords),

  'groups.list': call<GroupList>()(onConnection),
  'groups.detail': call<GroupDetail>()(onGroup),
  'groups.lagHistory': call<LagHistory>()(groups.lagHistory),
  'groups.planReset': call<ResetPlan>()(groups.planReset),
  'groups.applyReset': call<ResetResult>()(groups.applyReset),
  'groups.delete': call<null>()(onGroup),
  'groups.lag': stream<LagItem>()(onGroup),
  /** The remembered changes of the group in one item first, then as they are seen. */
  'groups.rebalances': stream<readonly RebalanceEvent[]>()(onGroup),

  'sampleShop.watch': stream<SampleShopView>()(onConnection),
  'sampleShop.start': call<null>()(onConnection.extend({ ordersPerSecond: app.shopRate.shape.ordersPerSecond.default(20) })),
  'sampleShop.rate': call<null>()(onConnection.extend(app.shopRate.shape)),
  /** Its consumers leave their groups, so that offsets can be reset, or join again; records are made all the while. */
  'sampleShop.read': call<null>()(onConnection.extend({ isReading: z.boolean() })),
  /** Stops it and removes its topics and groups. */
  'sampleShop.stop': call<null>()(onConnection),
} as const

export type Contract = typeof contract
type NamesOf<K extends 'call' | 'stream'> = { [N in keyof Contract]: Contract[N]['kind'] extends K ? N : never }[keyof Contract]
export type CallName = NamesOf<'call'>
export type StreamName = NamesOf<'stream'>
/** What the window passes: defaults may be left out. */
export type InputOf<N extends keyof Contract> = z.input<Contract[N]['input']>
/** What a use case receives: parsed, defaults filled in. */
export type ParsedOf<N extends keyof Contract> = z.output<Contract[N]['input']>
export type OutputOf<N extends CallName> = Contract[N] extends Call<z.ZodType, infer Out> ? Out : never
export type ItemOf<N extends StreamName> = Contract[N] extends Stream<z.ZodType, infer Item> ? Item : never

/** What the renderer's bridge offers over any door. */
export interface Bridge {
  call<N extends CallName>(name: N, input: InputOf<N>, signal?: AbortSignal): Promise<OutputOf<N>>
  /** Ends with the signal, with the loop that reads it, or with FailureError. */
  stream<N extends StreamName>(name: N, input: InputOf<N>, signal?: AbortSignal): AsyncIterable<ItemOf<N>>
}
