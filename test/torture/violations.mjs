/**
 * What contradicts the promises to a producer. Records are `key:number`; `acknowledged` and `sent` by the producer, `found` in the order
 * of reading. Every acknowledged record is found once, nothing is found that was not sent, and the numbers of a key rise without a gap.
 */
export function violations(acknowledged, sent, found) {
  const wrong = []
  const times = new Map()
  const last = new Map()
  for (const record of found) {
    times.set(record, (times.get(record) ?? 0) + 1)
    const [key, number] = record.split(':')
    const before = last.get(key) ?? -1
    if (Number(number) !== before + 1) wrong.push(`order: ${record} after ${key}:${before}`)
    last.set(key, Number(number))
    if (!sent.has(record)) wrong.push(`never sent: ${record}`)
  }
  for (const record of acknowledged) if (!times.has(record)) wrong.push(`lost: ${record}`)
  for (const [record, count] of times) if (count > 1) wrong.push(`found ${count} times: ${record}`)
  return wrong
}
