const say = text => process.stdout.write(`${text}\n`)

/** One line per figure: ours, and beside it the peer's and the ratio where the peer was measured. */
export function report(title, mine, theirs) {
  const head = theirs ? 'apache kafka'.padStart(14) + 'ratio'.padStart(10) : ''
  say(`\n${title.padEnd(48)}${'brokerbench'.padStart(14)}${head}`)
  for (const [name, value] of mine) {
    const other = theirs?.get(name)
    const beside = other === undefined ? '' : `${number(other)}${(value / other).toFixed(2).padStart(10)}`
    say(`${name.padEnd(48)}${number(value)}${beside}`)
  }
}

function number(value) {
  const digits = value >= 100 ? 0 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits }).padStart(14)
}
