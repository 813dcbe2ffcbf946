import { Reader } from '../base/bytes/reader.ts'
import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import { Writer } from '../base/bytes/writer.ts'
import { errorCode } from '../model/kafka-errors.ts'
import { hasVersion, type Api } from './api.ts'
import { readRequestHeader, readResponseHeader, type RequestHeader, writeRequestHeader, writeResponseHeader } from './headers.ts'
import type { Layout } from './schema/wire.ts'

/**
 * A frame's content, without its int32 size. `unknown-api` and `unsupported-version` close the connection, but for ApiVersions, which
 * is answered with a body of version 0 (WIRE-08); their body was not read.
 */
export type DecodedRequest =
  | { readonly kind: 'request'; readonly api: Api; readonly header: RequestHeader; readonly body: unknown }
  | { readonly kind: 'unsupported-version'; readonly api: Api; readonly header: RequestHeader }
  | { readonly kind: 'unknown-api'; readonly header: RequestHeader }

export interface Response<Body> {
  readonly correlationId: number
  readonly body: Body
}

/** The APIs that a door knows, by key: `apisByKey` of the registry, or fewer. */
export type ApisByKey = ReadonlyMap<number, Api>

function layoutOf<T>(codec: { layout(wire: { version: number; flexible: boolean }): Layout<T> }, api: Api, version: number) {
  if (!hasVersion(api, version)) throw new WireFormatError(`${api.name} has no version ${version}`)
  return codec.layout({ version, flexible: version >= api.flexibleSince })
}

/**
 * Reads a request; byte fields and records are views on `frame`. Bytes behind the body are ignored, as Kafka does. Throws
 * WireFormatError for anything that is not a message of its API and version.
 */
export function decodeRequest(frame: Uint8Array, apis: ApisByKey): DecodedRequest {
  const from = new Reader(frame)
  const header = readRequestHeader(from, key => apis.get(key))
  const api = apis.get(header.apiKey)
  if (api === undefined) return { kind: 'unknown-api', header }
  if (!hasVersion(api, header.apiVersion)) return { kind: 'unsupported-version', api, header }
  return { kind: 'request', api, header, body: layoutOf(api.request, api, header.apiVersion).read(from) }
}

/**
 * A request as chunks, the int32 size included. Large byte fields and records are passed on by reference and must not change until
 * they are sent. Throws WireFormatError for a version that `api` lacks, or a value that the version cannot carry.
 */
export function encodeRequest<Req>(
  api: Api<Req, unknown>,
  version: number,
  caller: { readonly correlationId: number; readonly clientId: string | null },
  body: Req,
): Uint8Array[] {
  const layout = layoutOf(api.request, api, version)
  const to = new Writer()
  to.startFrame()
  writeRequestHeader(to, api, { apiKey: api.key, apiVersion: version, ...caller })
  layout.write(to, body)
  return to.finish()
}

/** A response as chunks, the int32 size included; otherwise as `encodeRequest`. */
export function encodeResponse<Res>(api: Api<unknown, Res>, version: number, correlationId: number, body: Res): Uint8Array[] {
  const layout = layoutOf(api.response, api, version)
  const to = new Writer()
  to.startFrame()
  writeResponseHeader(to, api, version, { correlationId })
  layout.write(to, body)
  return to.finish()
}

/** Which request a response frame answers. Throws WireFormatError. */
export function correlationIdOf(frame: Uint8Array): number {
  return new Reader(frame).int32()
}

const apiVersionsKey = 18

/**
 * Reads the response to a request of `version`; byte fields and records are views on `frame`. An ApiVersions response that refuses the
 * version has a body of version 0 and is read as such (WIRE-08). Throws WireFormatError.
 */
export function decodeResponse<Res>(api: Api<unknown, Res>, version: number, frame: Uint8Array): Response<Res> {
  const from = new Reader(frame)
  const { correlationId } = readResponseHeader(from, api, version)
  const read = api.key === apiVersionsKey && refusesVersion(frame, from.position) ? 0 : version
  return { correlationId, body: layoutOf(api.response, api, read).read(from) }
}

/** The body of every version of ApiVersions begins with the error code. */
function refusesVersion(frame: Uint8Array, at: number): boolean {
  return new Reader(frame, at).int16() === errorCode('UNSUPPORTED_VERSION')
}

/** A request that travels inside another message (Envelope, KIP-590): header and body without a size. */
export function encodeEmbeddedRequest<Req>(
  api: Api<Req, unknown>,
  version: number,
  caller: { readonly correlationId: number; readonly clientId: string | null },
  body: Req,
): Uint8Array {
  const layout = layoutOf(api.request, api, version)
  const to = new Writer()
  writeRequestHeader(to, api, { apiKey: api.key, apiVersion: version, ...caller })
  layout.write(to, body)
  return to.finishBytes()
}

/** A response that travels inside another message; `decodeResponse` reads it. */
export function encodeEmbeddedResponse<Res>(
  api: Api<unknown, Res>,
  version: number,
  correlationId: number,
  body: Res,
): Uint8Array {
  const layout = layoutOf(api.response, api, version)
  const to = new Writer()
  writeResponseHeader(to, api, version, { correlationId })
  layout.write(to, body)
  return to.finishBytes()
}
