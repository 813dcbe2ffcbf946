interface NamesLeader {
  readonly nodeEndpoints: readonly unknown[]
}

/** An answer of the quorum in a version from before KIP-853 says who leads, but cannot say where that is. */
export async function endpointsSince<R extends NamesLeader>(since: number, apiVersion: number, answer: Promise<R>): Promise<R> {
  const response = await answer
  return apiVersion >= since ? response : { ...response, nodeEndpoints: [] }
}
