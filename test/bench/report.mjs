const say = text => process.stdout.write(`${text}\n`)

/** Says what broke off; what was measured until then is still reported. */
export function failed(what) {
  return error => {
    process.exitCode = 1
    say(`${what}: ${error.stack ?? error}`)
  }
}

/** One line per figure: ours, and beside it the peer's and the ratio where the peer was measured. What failed on one side is a dash there. */
export function report(title, mine, theirs) {
  const head = theirs ? 'apache kafka'.padStart(14) + 'ratio'.padStart(10) : ''
  say(`\n${title.padEnd(48)}${'brokerbench'.padStart(14)}${head}`)
  for (const name of new Set([...mine.keys(), ...(theirs?.keys() ?? [])])) {
    const [value, other] = [mine.get(name), theirs?.get(name)]
    const ratio = value === undefined || other === undefined ? '' : (value / other).toFixed(2).padStart(10)
    say(`${name.padEnd(48)}${number(value)}${theirs ? number(other) + ratio : ''}`)
  }
}

function number(value) {
  if (value === undefined) return '–'.padStart(14)
  const digits = value >= 100 ? 0 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits }).padStart(14)
}
