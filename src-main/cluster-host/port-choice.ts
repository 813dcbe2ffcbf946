import { connect, createServer } from 'node:net'

export const defaultPort = 9092
/** Controllers listen here and above: beyond Kafka's usual ports, below those that systems give to outgoing connections. */
export const firstControllerPort = 29_092

export type IsPortFree = (host: string, port: number) => Promise<boolean>

export interface PortWish {
  readonly host: string
  readonly count: number
  /** Asked for by name: these or a refusal; 0 means any. */
  readonly port: number | undefined
  /** Those of the last run of this directory. */
  readonly remembered: readonly number[] | undefined
}

export type PortChoice =
  | {
      readonly ok: true
      readonly ports: readonly number[] /** Taken ones that made us move. */
      readonly movedFrom: readonly number[]
    }
  | { readonly ok: false; readonly taken: readonly number[] }

/** Client ports: as asked, else as last time, else 9092 and following, else the next free row of ports above. */
export async function chooseClientPorts(wish: PortWish, isFree: IsPortFree): Promise<PortChoice> {
  const { host, count } = wish
  if (wish.port === 0)
    return { ok: true, ports: await nextFreeRow(host, 20_000 + (process.pid % 5_000), count, isFree), movedFrom: [] }
  if (wish.port !== undefined) {
    const taken = await takenOf(host, row(wish.port, count), isFree)
    return taken.length === 0 ? { ok: true, ports: row(wish.port, count), movedFrom: [] } : { ok: false, taken }
  }
  const preferred = wish.remembered?.length === count ? wish.remembered : row(defaultPort, count)
  const taken = await takenOf(host, preferred, isFree)
  if (taken.length === 0) return { ok: true, ports: preferred, movedFrom: [] }
  return { ok: true, ports: await nextFreeRow(host, Math.max(...preferred) + 1, count, isFree), movedFrom: taken }
}

/** Rows of controller ports from which clusters begin to look. */
const controllerRows = 900

/**
 * Controller ports: any row that is free; nobody but the brokers uses them. Clusters that start at the same moment find the same ports
 * free: `spread`, another one for each process, lets them begin to look at different rows.
 */
export async function chooseControllerPorts(
  host: string,
  count: number,
  isFree: IsPortFree,
  spread: number,
): Promise<readonly number[]> {
  return await nextFreeRow(host, firstControllerPort + (spread % controllerRows) * 3, count, isFree)
}

/**
 * Client ports of added brokers: that of the last run where it is free, else the next free one above all others. `fixed` are those of
 * the voters, which nobody may take.
 */
export async function chooseAddedPorts(
  host: string,
  fixed: readonly number[],
  remembered: readonly (number | undefined)[],
  isFree: IsPortFree,
): Promise<readonly number[]> {
  const chosen: number[] = []
  for (const wanted of remembered) {
    const taken = [...fixed, ...chosen]
    const isOurs: IsPortFree = async (address, port) => !taken.includes(port) && (await isFree(address, port))
    const isThere = wanted !== undefined && (await isOurs(host, wanted))
    chosen.push(isThere ? wanted : ((await nextFreeRow(host, Math.max(0, ...taken) + 1, 1, isOurs))[0] as number))
  }
  return chosen
}

const row = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index)

async function takenOf(host: string, ports: readonly number[], isFree: IsPortFree): Promise<number[]> {
  const free = await Promise.all(ports.map(port => (port > 65_535 ? false : isFree(host, port))))
  return ports.filter((_, index) => free[index] !== true)
}

async function nextFreeRow(host: string, from: number, count: number, isFree: IsPortFree): Promise<number[]> {
  for (let first = from; first + count <= 65_536; ) {
    const taken = await takenOf(host, row(first, count), isFree)
    if (taken.length === 0) return row(first, count)
    first = Math.max(...taken) + 1
  }
  throw new Error(`no ${count} free ports from ${from} upward`)
}

/**
 * Nobody answers there and we may listen there. Listening alone does not tell on systems that let a second program take a specific
 * address beside one that holds all of them.
 */
export const isPortFree: IsPortFree = async (host, port) => !(await answers(host, port)) && (await canListen(host, port))

function answers(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 500 })
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('timeout', () => done(true))
  })
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
