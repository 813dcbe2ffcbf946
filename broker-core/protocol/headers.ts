import type { Reader } from '../base/bytes/reader.ts'
import type { Writer } from '../base/bytes/writer.ts'
import type { Api } from './api.ts'
import { classicNullableString, int16, int32 } from './schema/primitives.ts'
import { struct } from './schema/struct.ts'
import type { TypeOf } from './schema/wire.ts'

/** WIRE-02: v1, and v2 with tagged fields behind the client id, which itself is never compact. v0 was ControlledShutdown v0's and is gone. */
const requestHeader = struct({
  apiKey: int16,
  apiVersion: int16,
  correlationId: int32,
  clientId: classicNullableString,
})

/** WIRE-03: v0, and v1 with tagged fields. */
const responseHeader = struct({ correlationId: int32 })

export type RequestHeader = TypeOf<typeof requestHeader>
export type ResponseHeader = TypeOf<typeof responseHeader>

const apiVersionsKey = 18

const plainRequestHeader = requestHeader.layout({ version: 1, flexible: false })
const taggedRequestHeader = requestHeader.layout({ version: 2, flexible: true })
const plainResponseHeader = responseHeader.layout({ version: 0, flexible: false })
const taggedResponseHeader = responseHeader.layout({ version: 1, flexible: true })

const isFlexible = (api: Api, version: number): boolean => version >= api.flexibleSince

/** A server that does not know the version answers with a body of version 0, so the header must not depend on it (KIP-511). */
const hasTaggedResponseHeader = (api: Api, version: number): boolean => api.key !== apiVersionsKey && isFlexible(api, version)

/**
 * Reads the header and leaves the reader at the body. `apiOf` says which API a key means; for one that it does not know only the
 * fixed fields count, and the body cannot be found. Throws WireFormatError.
 */
export function readRequestHeader(from: Reader, apiOf: (key: number) => Api | undefined): RequestHeader {
  const start = from.position
  const apiKey = from.int16()
  const apiVersion = from.int16()
  from.position = start
  const api = apiOf(apiKey)
  return (api !== undefined && isFlexible(api, apiVersion) ? taggedRequestHeader : plainRequestHeader).read(from)
}

export function writeRequestHeader(to: Writer, api: Api, header: RequestHeader): void {
  const layout = isFlexible(api, header.apiVersion) ? taggedRequestHeader : plainRequestHeader
  layout.write(to, header)
}

/** Reads the header and leaves the reader at the body. Throws WireFormatError. */
export function readResponseHeader(from: Reader, api: Api, version: number): ResponseHeader {
  return (hasTaggedResponseHeader(api, version) ? taggedResponseHeader : plainResponseHeader).read(from)
}

export function writeResponseHeader(to: Writer, api: Api, version: number, header: ResponseHeader): void {
  const layout = hasTaggedResponseHeader(api, version) ? taggedResponseHeader : plainResponseHeader
  layout.write(to, header)
}
