import type { StructCodec } from './schema/struct.ts'
import type { Codec } from './schema/wire.ts'

export type { Codec, Records, Wire } from './schema/wire.ts'

/** Through which door a request may come: clients and brokers on the broker's, the quorum and forwarded requests on the controller's. */
export type ListenerKind = 'broker' | 'controller'

/** One API of the protocol: its request and response in all versions. */
// oxlint-disable-next-line typescript/no-explicit-any -- without arguments it stands for "some API", as in a dispatch table
export interface Api<Req = any, Res = any> {
  readonly key: number
  /** Kafka's name, `ListOffsets`. */
  readonly name: string
  /** Both inclusive. */
  readonly versions: readonly [min: number, max: number]
  /** First version with compact lengths, tagged fields and flexible headers; Infinity: none. */
  readonly flexibleSince: number
  readonly listeners: readonly ListenerKind[]
  /** The newest version is not final and only advertised where an operator asked for such (WIRE-12). */
  readonly latestVersionUnstable?: boolean
  readonly request: StructCodec<Req>
  readonly response: StructCodec<Res>
}

export type RequestOf<A> = A extends { readonly request: Codec<infer T> } ? T : never
export type ResponseOf<A> = A extends { readonly response: Codec<infer T> } ? T : never

/** Declares an API; its message types are inferred. */
export function api<Req, Res>(definition: Api<Req, Res>): Api<Req, Res> {
  return definition
}

/** True when `version` is within the schema's range. */
export function hasVersion(it: Api, version: number): boolean {
  return version >= it.versions[0] && version <= it.versions[1]
}
