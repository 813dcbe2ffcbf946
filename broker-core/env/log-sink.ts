export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Structured log lines. `fields` carry the coordinates (broker, topic, partition, file, offset); never secrets or payloads. */
export interface LogSink {
  write(level: LogLevel, event: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void
}
