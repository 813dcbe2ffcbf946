/** Flags of `serve` and of the window; `CommandLineError` is one line for stderr. */
export interface ServeOptions {
  readonly brokers: number | undefined
  /** First port; the brokers take this one and the following. Undefined: 9092, or the next free ones. */
  readonly port: number | undefined
  readonly dataDirectory: string | undefined
  readonly uiPort: number | undefined
  readonly ui: boolean
  /** Kafka's server properties, last one wins. */
  readonly overrides: Readonly<Record<string, string>>
  /** `host:port,host:port` of another cluster to show instead of starting one. */
  readonly open: string | undefined
}

export class CommandLineError extends Error {
  override readonly name = 'CommandLineError'
}

const formatFlags = ['--cluster-id', '--standalone', '--initial-controllers', '--release-version', '--feature']
const valueFlags = new Set([
  ...['--brokers', '--port', '--data', '--ui-port', '--override', '--open', '--config'],
  ...['--cluster-id', '--initial-controllers', '--release-version', '--feature'],
])
const plainFlags = new Set(['--no-ui', '--standalone'])

export function parseServeOptions(args: readonly string[]): ServeOptions {
  const { values, flags } = splitArguments(args, ['--config', ...formatFlags])
  return {
    brokers: wholeNumber(values, '--brokers', 1, 9),
    port: wholeNumber(values, '--port', 0, 65_535),
    dataDirectory: nonEmpty(values, '--data'),
    uiPort: wholeNumber(values, '--ui-port', 0, 65_535),
    ui: !flags.has('--no-ui'),
    overrides: parseOverrides(values.get('--override') ?? []),
    open: nonEmpty(values, '--open'),
  }
}

export interface BrokerOptions {
  readonly configFile: string
  readonly overrides: Readonly<Record<string, string>>
}

export function parseBrokerOptions(args: readonly string[]): BrokerOptions {
  const { values } = splitArguments(args, ['--brokers', '--port', '--data', '--ui-port', '--no-ui', '--open', ...formatFlags])
  const configFile = nonEmpty(values, '--config')
  if (configFile === undefined) throw new CommandLineError('broker needs --config FILE')
  return { configFile, overrides: parseOverrides(values.get('--override') ?? []) }
}

export interface FormatOptions extends BrokerOptions {
  readonly clusterId: string | undefined
  readonly isStandalone: boolean
  readonly initialControllers: string | undefined
  /** Undefined: the newest of everything. */
  readonly features: { readonly release: string | undefined; readonly levels: ReadonlyMap<string, number> } | undefined
}

export function parseFormatOptions(args: readonly string[]): FormatOptions {
  const { values, flags } = splitArguments(args, ['--brokers', '--port', '--data', '--ui-port', '--no-ui', '--open'])
  const configFile = nonEmpty(values, '--config')
  if (configFile === undefined) throw new CommandLineError('format needs --config FILE')
  const isStandalone = flags.has('--standalone')
  const initialControllers = nonEmpty(values, '--initial-controllers')
  if (isStandalone && initialControllers !== undefined)
    throw new CommandLineError('--standalone and --initial-controllers exclude each other')
  const overrides = parseOverrides(values.get('--override') ?? [])
  const release = nonEmpty(values, '--release-version')
  const levels = parseLevels(values.get('--feature') ?? [])
  const features = release === undefined && levels.size === 0 ? undefined : { release, levels }
  return { configFile, overrides, clusterId: nonEmpty(values, '--cluster-id'), isStandalone, initialControllers, features }
}

function splitArguments(args: readonly string[], refused: readonly string[]) {
  const values = new Map<string, string[]>()
  const flags = new Set<string>()
  for (let index = 0; index < args.length; index += 1) {
    const [name, inline] = splitAtEquals(args[index] as string)
    if (refused.includes(name) || (!valueFlags.has(name) && !plainFlags.has(name)))
      throw new CommandLineError(`unknown argument ${args[index]}`)
    if (plainFlags.has(name)) {
      if (inline !== undefined) throw new CommandLineError(`${name} takes no value`)
      flags.add(name)
      continue
    }
    if (inline === undefined) index += 1
    const value = inline ?? args[index]
    if (value === undefined) throw new CommandLineError(`${name} needs a value`)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return { values, flags }
}

/** `--name=value` in one word; a value may hold further equals signs. */
function splitAtEquals(argument: string): [name: string, value: string | undefined] {
  const at = argument.startsWith('--') ? argument.indexOf('=') : -1
  return at === -1 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)]
}

function nonEmpty(values: ReadonlyMap<string, readonly string[]>, name: string): string | undefined {
  const value = values.get(name)?.at(-1)
  if (value === '') throw new CommandLineError(`${name} needs a value`)
  return value
}

function wholeNumber(values: ReadonlyMap<string, readonly string[]>, name: string, least: number, most: number) {
  const text = nonEmpty(values, name)
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most))
    throw new CommandLineError(`${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`)
  return value
}

function parseOverrides(pairs: readonly string[]): Record<string, string> {
  const overrides: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at <= 0) throw new CommandLineError(`--override must look like name=value, not ${JSON.stringify(pair)}`)
    overrides[pair.slice(0, at).trim()] = pair.slice(at + 1).trim()
  }
  return overrides
}

function parseLevels(pairs: readonly string[]): Map<string, number> {
  const levels = new Map<string, number>()
  for (const pair of pairs) {
    const [, name, level] = /^([a-z.]+)=(\d{1,5})$/.exec(pair.trim()) ?? []
    if (name === undefined) throw new CommandLineError(`--feature must look like name=level, not ${JSON.stringify(pair)}`)
    levels.set(name, Number(level))
  }
  return levels
}
