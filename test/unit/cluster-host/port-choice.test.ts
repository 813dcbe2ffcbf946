import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  chooseAddedPorts,
  chooseClientPorts,
  chooseControllerPorts,
  isPortFree,
} from '../../../src-main/cluster-host/port-choice.ts'

const host = '127.0.0.1'
const freeExcept =
  (...taken: number[]) =>
  (_host: string, port: number) =>
    Promise.resolve(!taken.includes(port))

describe('client ports', () => {
  it('are 9092 and following', async () => {
    const choice = await chooseClientPorts({ host, count: 3, port: undefined, remembered: [] }, freeExcept())
    expect(choice).toEqual({ ok: true, ports: [9092, 9093, 9094], movedFrom: [] })
  })

  it('move to the next free row when another Kafka has the default ones, and say so', async () => {
    const choice = await chooseClientPorts({ host, count: 3, port: undefined, remembered: [] }, freeExcept(9093, 9096))
    expect(choice).toEqual({ ok: true, ports: [9097, 9098, 9099], movedFrom: [9093] })
  })

  it('are refused, not moved, when a person named them', async () => {
    const choice = await chooseClientPorts({ host, count: 3, port: 9092, remembered: undefined }, freeExcept(9093))
    expect(choice).toEqual({ ok: false, taken: [9093] })
    expect(await chooseClientPorts({ host, count: 3, port: 65_534, remembered: undefined }, freeExcept())).toEqual({
      ok: false,
      taken: [65_536],
    })
  })

  it('are those of the last run where they are free', async () => {
    const choice = await chooseClientPorts({ host, count: 2, port: undefined, remembered: [7_001, 7_003] }, freeExcept(9092))
    expect(choice).toEqual({ ok: true, ports: [7_001, 7_003], movedFrom: [] })
  })
})

describe('ports of added brokers', () => {
  it('are those of the last run where they are free, else the next ones above', async () => {
    const choose = (remembered: (number | undefined)[], ...taken: number[]) =>
      chooseAddedPorts(host, [9092, 9093, 9094], remembered, freeExcept(...taken))
    expect(await choose([undefined, undefined])).toEqual([9095, 9096])
    expect(await choose([9200, undefined], 9201)).toEqual([9200, 9202])
    expect(await choose([9200], 9200, 9095)).toEqual([9096])
    expect(await choose([9093])).toEqual([9095])
  })
})

it('a row of controller ports is never broken up', async () => {
  expect(await chooseControllerPorts(host, 2, freeExcept(29_092), 0)).toEqual([29_093, 29_094])
  expect(await chooseControllerPorts(host, 3, freeExcept(), 1_801)).toEqual([29_095, 29_096, 29_097])
})

it('a port that somebody listens on is not free', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect(await isPortFree(host, port)).toBe(false)
  await new Promise(resolve => server.close(resolve))
  expect(await isPortFree(host, port)).toBe(true)
})
