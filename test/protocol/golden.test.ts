import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Api } from '../../broker-core/protocol/api.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeEmbeddedRequest,
  encodeEmbeddedResponse,
} from '../../broker-core/protocol/frames.ts'
import { apisByKey } from '../../broker-core/protocol/registry.ts'

/** One recorded exchange: frame contents without the size, as `version` of the API that names the file. */
interface Sample {
  readonly version: number
  readonly request: string
  readonly response: string
}

const here = join(import.meta.dirname, '../fixtures/golden')
const whole = join(import.meta.dirname, '../../../shared/kafka-spec/golden')

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')

function samplesIn(folder: string): readonly (readonly [key: number, samples: readonly Sample[]])[] {
  const files = readdirSync(folder).filter(name => name.endsWith('.jsonl'))
  return files.map(name => {
    const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n')
    return [Number(name.slice(0, 2)), lines.map(line => JSON.parse(line) as Sample)]
  })
}

function requestAgain(hex: string): string {
  const decoded = decodeRequest(bytesOf(hex), apisByKey)
  if (decoded.kind !== 'request') return decoded.kind
  return hexOf(encodeEmbeddedRequest(decoded.api, decoded.header.apiVersion, decoded.header, decoded.body))
}

function responseAgain(api: Api, version: number, hex: string): string {
  const { correlationId, body } = decodeResponse(api, version, bytesOf(hex))
  return hexOf(encodeEmbeddedResponse(api, version, correlationId, body))
}

/** Every sample must decode, and encode again to the same bytes. */
function checkFolder(folder: string): void {
  for (const [key, samples] of samplesIn(folder)) {
    const api = apisByKey.get(key) as Api
    const versions = [...new Set(samples.map(it => it.version))].join(', ')
    it(`${key} ${api.name}, ${samples.length} samples of versions ${versions}`, () => {
      for (const sample of samples) {
        expect(requestAgain(sample.request)).toBe(sample.request)
        if (sample.response !== '') expect(responseAgain(api, sample.version, sample.response)).toBe(sample.response)
      }
    })
  }
}

describe('recorded frames of real clients and brokers', () => {
  checkFolder(here)
})

describe.runIf(existsSync(whole))('all recorded frames beside the project', () => {
  checkFolder(whole)
})

if (!existsSync(whole)) console.log(`golden: only the samples in test/fixtures/golden, no ${whole}`)
