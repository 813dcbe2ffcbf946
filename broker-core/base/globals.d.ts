/**
 * The two web-standard globals that broker-core may use: every JavaScript host has them, and they hold no state, see no clock
 * and do no IO. Everything else of the host reaches broker-core through the ports in `env/`.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array
  encodeInto(text: string, into: Uint8Array): { read: number; written: number }
}
declare class TextDecoder {
  constructor(label?: 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
}
