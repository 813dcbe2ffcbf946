import { errorCode } from '../../model/kafka-errors.ts'
import { createAcls } from '../../protocol/messages/30-create-acls.ts'
import { handler, type Handler } from '../handler.ts'

/** CreateAcls (30): SEC-15. Gap: there is no authorizer yet, so the answer is always SECURITY_DISABLED. */
export function createAclsHandler(): Handler<typeof createAcls> {
  return handler(createAcls, ({ creations }) => ({
    throttleTimeMs: 0,
    results: creations.map(() => ({
      errorCode: errorCode('SECURITY_DISABLED'),
      errorMessage: 'No Authorizer is configured on the broker',
    })),
  }))
}
