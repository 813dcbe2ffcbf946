// The figures of one run, each beside its target and the load of the machine: printed as they come, so that a run that is cut short has
// told what it knew.
import { availableParallelism, loadavg } from 'node:os'

const say = text => process.stdout.write(`${text}\n`)

export function newFigures() {
  const rows = []
  const add = (name, value, unit, target, isMet) => {
    rows.push({ name, value, unit, target, isMet })
    const verdict = isMet === undefined ? '' : isMet ? 'met' : 'MISSED'
    const load = `load ${loadavg()[0].toFixed(1)} on ${availableParallelism()}`
    say(`${name.padEnd(64)}${number(value).padStart(12)} ${unit.padEnd(10)} ${target.padEnd(16)} ${verdict.padEnd(6)}  ${load}`)
  }
  return {
    rows,
    heading: text => say(`\n${text}`),
    atMost: (name, value, unit, limit) => add(name, value, unit, `<= ${number(limit)}`, value <= limit),
    atLeast: (name, value, unit, limit) => add(name, value, unit, `>= ${number(limit)}`, value >= limit),
    equal: (name, value, unit, wanted) => add(name, value, unit, `= ${number(wanted)}`, value === wanted),
    plain: (name, value, unit) => add(name, value, unit, '', undefined),
    /** Median and worst of several, the median judged. */
    times(name, valuesMs, limitMs) {
      const sorted = valuesMs.toSorted((a, b) => a - b)
      add(`${name} (median of ${sorted.length})`, median(sorted), 'ms', `<= ${limitMs}`, median(sorted) <= limitMs)
      add(`${name} (worst)`, sorted.at(-1), 'ms', '', undefined)
    },
    /** Longest task, and how many were too long, in wall time and in time on a processor. */
    tasks(name, tasks, limitMs = 50) {
      const long = tasks.filter(task => task.wallMs > limitMs)
      const busy = tasks.filter(task => task.cpuMs > limitMs)
      add(`${name}: longest task`, Math.max(0, ...tasks.map(task => task.wallMs)), 'ms', `<= ${limitMs}`, long.length === 0)
      add(
        `${name}: longest on a processor`,
        Math.max(0, ...tasks.map(task => task.cpuMs)),
        'ms',
        `<= ${limitMs}`,
        busy.length === 0,
      )
      if (long.length > 0) add(`${name}: tasks over ${limitMs} ms`, long.length, '', '', undefined)
    },
    close() {
      const judged = rows.filter(row => row.isMet !== undefined)
      say(`\n${judged.filter(row => row.isMet).length} of ${judged.length} targets met`)
      for (const row of judged.filter(it => !it.isMet))
        say(`missed: ${row.name}: ${number(row.value)} ${row.unit} (${row.target})`)
    },
  }
}

const median = sorted => sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN

const number = value => value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 1 })
