import type { LogLevel, LogSink } from '../log-sink.ts'

const ranks: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** One line per event to stderr: time, level, event, `name=value` pairs. Events below `levelMin` are dropped. */
export function nodeLogSink(levelMin: LogLevel = 'warn', write: (line: string) => void = writeToStderr): LogSink {
  return {
    write(level, event, fields = {}) {
      if (ranks[level] < ranks[levelMin]) return
      const pairs = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => ` ${name}=${quoted(String(value))}`)
      write(`${new Date().toISOString()} ${level} ${event}${pairs.join('')}\n`)
    },
  }
}

const quoted = (text: string): string => (/^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text))

function writeToStderr(line: string): void {
  process.stderr.write(line)
}
