export interface AppInfo {
  readonly name: string
  readonly version: string
  readonly door: 'desktop' | 'browser'
  readonly platform: string
  /** Such as `Node 24.3 · Electron 45.4.1`. */
  readonly runtime: string
  readonly dataDirectory: string | null
  /** False when the app was opened on a foreign cluster only. */
  readonly hasLocalCluster: boolean
  /** Connection to show first. */
  readonly firstConnection: string | null
  readonly startedAtMs: number
}

/** Something a person should know: shown as a toast and kept in the event list. */
export interface Notice {
  readonly id: number
  readonly atMs: number
  readonly level: 'info' | 'warning' | 'error'
  /** Short: `Broker 2 stopped`. */
  readonly title: string
  readonly detail: string
  readonly connection: string | null
}

export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'compact' | 'comfortable'
  /** IANA name, `UTC`, or `system`. */
  readonly timeZone: string
  /** Whatever the window wants to find again: tabs, column layouts, favourites. Bounded to 256 KiB as JSON; one string per key. */
  readonly window: Readonly<Record<string, string>>
  readonly schemaFolder: string | null
}

/** Something that was asked of a foreign cluster that changes it, or that destroys our own, whatever came of it. */
export interface AuditEntry {
  readonly id: number
  readonly atMs: number
  readonly connection: string
  readonly connectionName: string
  /** Name in the contract: `topics.delete`. */
  readonly call: string
  /** In words: `topic orders`, `group billing (3 partitions)`. */
  readonly target: string
  readonly outcome: 'done' | 'failed' | 'cancelled'
  /** Of a failure: what the screen said. */
  readonly message: string | null
  readonly kafkaError: string | null
  readonly tookMs: number
}

/** What lies in the schema folder; sent anew whenever it changes. */
export interface SchemaFolderView {
  /** Null: none is set. */
  readonly folder: string | null
  readonly schemas: readonly LocalSchema[]
  /** Files that could not be understood, and the folder itself when it cannot be read. */
  readonly problems: readonly { readonly file: string; readonly message: string }[]
  readonly asOfMs: number
}

export interface LocalSchema {
  /** Choose it as decoder by `schema:NAME`. */
  readonly name: string
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  /** Relative to the folder. */
  readonly file: string
  /** Topics called so take it by themselves for values (`NAME`, `NAME-value`) or keys (`NAME-key`); null: only when chosen. */
  readonly topic: string | null
  readonly part: 'key' | 'value' | null
}

export interface ConnectionView {
  /** `local`, or a random id. Every other call names it as `connection`. */
  readonly id: string
  readonly name: string
  /** `directory`: files of a broker that is not running, always read-only. */
  readonly kind: 'local' | 'foreign' | 'directory'
  readonly bootstrap: readonly string[]
  /** Foreign ones start read-only; writing calls then fail with READ_ONLY. */
  readonly readOnly: boolean
  /** Accent of the band, a token name. */
  readonly colour: string | null
  readonly security: ConnectionSecurity | null
  readonly registry: { readonly url: string; readonly username: string | null } | null
  /** Which secrets are kept, and where: never what they are. */
  readonly secretsKept: {
    readonly password: boolean
    readonly key: boolean
    readonly registryPassword: boolean
    /** `session`: there is no keychain here, so they are gone when the app ends. */
    readonly where: 'keychain' | 'session'
  }
}

export interface ConnectionSecurity {
  readonly protocol: 'plaintext' | 'tls' | 'sasl-plaintext' | 'sasl-tls'
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | null
  readonly username: string | null
  readonly caPem: string | null
  readonly certificatePem: string | null
  readonly serverName: string | null
  readonly verify: boolean
}

/** One step of testing a connection, in order; the first `failed` one is where it breaks. */
export interface ConnectionTestStep {
  readonly step: 'dns' | 'tcp' | 'tls' | 'sasl' | 'api-versions' | 'metadata' | 'advertised'
  readonly state: 'ok' | 'failed' | 'skipped'
  readonly detail: string
  readonly durationMs: number
}
