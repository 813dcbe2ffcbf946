import type { Reader } from '../../base/bytes/reader.ts'
import type { Writer } from '../../base/bytes/writer.ts'

/** Which of its forms a message takes: its version, and whether that version has compact lengths and tagged fields (KIP-482). */
export interface Wire {
  readonly version: number
  readonly flexible: boolean
}

/** How one version of a value lies in bytes. Made once per version, so that reading and writing ask nothing about versions. */
export interface Layout<T> {
  /** No value takes fewer bytes: what a claimed count is checked against. */
  readonly sizeBytesMin: number
  read(from: Reader): T
  write(to: Writer, value: T): void
}

/** A value in all versions of its message. */
export interface Codec<T> {
  /** What a reader sees when the field is not on the wire. Shared: never change it. */
  readonly zero: T
  layout(wire: Wire): Layout<T>
  /** Equal to `fallback`, a value of this codec: such a tagged field stays away, and such a field may be missing in a version. */
  equals(value: T, fallback: T): boolean
}

/** A value whose form has room for null. */
export interface NullableCodec<T> extends Codec<T> {
  nullableLayout(wire: Wire): Layout<T | null>
}

/** Bytes of record batches. Decoded: one chunk, a view on the frame. To encode: chunks that go to the socket as they are. */
export interface Records {
  readonly chunks: readonly Uint8Array[]
  readonly sizeBytes: number
}

// oxlint-disable-next-line typescript/no-explicit-any -- a codec both takes and gives its type: no other type stands for "some codec"
export type AnyCodec = Codec<any>

export type TypeOf<C> = C extends Codec<infer T> ? T : never
