import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { ExactRecord } from '../../../../src-renderer/features/messages/exact-record.ts'
import { clientCode, clientLanguages, copiedText, kcatLine } from '../../../../src-renderer/features/messages/row-copies.ts'
import { recordEnvelope } from '../../../../src-renderer/places/record-envelope.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const record: ExactRecord = {
  ...{ topic: 'orders', partition: 3, offset: 88_412, timestampMs: 1_763_643_780_012 },
  ...{
    key: bytes("A-1009's"),
    value: bytes('{"id":"A","ledger":9007199254740993}'),
    headers: [{ name: 'trace', value: bytes('a b') }],
  },
}

/** What a shell would hand to kcat. */
const printedBy = (line: string) => new Uint8Array(execFileSync('sh', ['-c', line.slice(0, line.indexOf(' | kcat'))]))

describe('copies of a record', () => {
  it('hold JSON digit for digit', () => {
    expect(recordEnvelope(record)).toContain('"value": {"id":"A","ledger":9007199254740993}')
    const parsed = JSON.parse(recordEnvelope(record)) as Record<string, unknown>
    expect(parsed).toMatchObject({ topic: 'orders', partition: 3, offset: 88_412, key: "A-1009's", headers: [['trace', 'a b']] })
  })

  it('hold bytes that are no text, and nulls', () => {
    const odd = { ...record, key: null, value: Uint8Array.of(0xff, 0x00), headers: [{ name: 'n', value: null }] }
    expect(JSON.parse(recordEnvelope(odd))).toMatchObject({ key: null, value: { $base64: '/wA=' }, headers: [['n', null]] })
    expect([copiedText(odd.value), copiedText(null)]).toEqual(['ff00', ''])
  })

  it('send again through a shell byte for byte', () => {
    const line = kcatLine(record, '127.0.0.1:9092')
    expect(line).toContain("-t orders -p 3 -D $'\\x02' -K $'\\x01' -H 'trace=a b'")
    expect(printedBy(line)).toEqual(Uint8Array.from([...bytes("A-1009's"), 1, ...(record.value ?? [])]))
    const binary = { ...record, key: Uint8Array.of(1, 2, 0xfe), value: Uint8Array.of(3, 10, 0xff) }
    expect(kcatLine(binary, 'b')).toContain("-D $'\\x05' -K $'\\x04'")
    expect(printedBy(kcatLine(binary, 'b'))).toEqual(Uint8Array.of(1, 2, 0xfe, 4, 3, 10, 0xff))
    expect(kcatLine({ ...record, value: null }, 'b')).toContain(' -Z')
  })

  it('read exactly this record in each language', () => {
    for (const language of clientLanguages) {
      const code = clientCode(record, '127.0.0.1:9092,127.0.0.1:9093', language)
      expect(code).toContain('88412')
      expect(code).toContain('"orders"')
    }
  })
})
