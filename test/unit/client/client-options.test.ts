import { describe, expect, it } from 'vitest'
import { parseBootstrap } from '../../../broker-core/client/client-options.ts'

describe('bootstrap addresses', () => {
  it('are read in all the forms in which people have them', () => {
    expect(parseBootstrap('localhost:9093, kafka.example ,[::1]:1,PLAINTEXT://10.0.0.1:9094,')).toEqual([
      { host: 'localhost', port: 9093 },
      { host: 'kafka.example', port: 9092 },
      { host: '::1', port: 1 },
      { host: '10.0.0.1', port: 9094 },
    ])
  })

  it('are refused when they are none', () => {
    for (const text of ['', ' , ', 'host:port', 'host:70000', 'a b:1', 'host:0', 'http://x/y']) {
      expect(() => parseBootstrap(text), text).toThrow(TypeError)
    }
  })
})
