import { message } from '../message.ts'
import { bool, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/** Who a forwarded request is from (KIP-590). */
export const defaultPrincipal = message({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    type: string,
    name: string,
    tokenAuthenticated: bool,
  }),
})
