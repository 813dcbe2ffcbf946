import type { GroupCaller } from '../coordinator/groups/commands.ts'
import type { RequestContext } from './handler.ts'

/** Who asks, as groups remember and show it: Kafka writes a slash before the address and no port behind it. */
export function groupCaller(context: RequestContext): GroupCaller {
  const { clientId, remoteAddress, apiVersion } = context
  const port = remoteAddress.lastIndexOf(':')
  const host = port < 0 ? remoteAddress : remoteAddress.slice(0, port)
  return { clientId: clientId ?? '', clientHost: `/${host}`, apiVersion }
}
