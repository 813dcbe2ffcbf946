const withValue = new Set(['--brokers', '--port', '--data', '--override', '--open'])

/**
 * What of the command line is ours: Chromium's and Electron's own switches stand beside it, and so does the path of the app in a
 * checkout. Unlike for `serve`, an unknown switch is therefore no mistake.
 */
export function windowArguments(args: readonly string[]): string[] {
  const own: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string
    const [name] = argument.split('=', 1)
    if (!withValue.has(name as string)) continue
    own.push(argument)
    const value = args[index + 1]
    if (argument === name && value !== undefined) {
      own.push(value)
      index += 1
    }
  }
  return own
}
