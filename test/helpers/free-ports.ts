import { createServer, type AddressInfo, type Server } from 'node:net'

/** Ports that are free together at this moment, on loopback. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

/** The first of `count` neighbouring free ports. */
export async function freePortRun(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const [first] = await freePorts(1)
    if (first !== undefined && first + count < 65_536 && (await areFree(first, count))) return first
  }
  throw new Error(`no ${count} neighbouring free ports`)
}

async function areFree(first: number, count: number): Promise<boolean> {
  const results = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)))
  return results.every(Boolean)
}

function isFree(port: number): Promise<boolean> {
  return listen(port).then(
    server => new Promise(resolve => server.close(() => resolve(true))),
    () => false,
  )
}

const listenAnywhere = () => listen(0)

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
