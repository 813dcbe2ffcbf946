import { errorCode } from '../../model/kafka-errors.ts'
import { deleteAcls } from '../../protocol/messages/31-delete-acls.ts'
import { handler, type Handler } from '../handler.ts'

/** DeleteAcls (31): SEC-15. Gap: there is no authorizer yet, so the answer is always SECURITY_DISABLED. */
export function deleteAclsHandler(): Handler<typeof deleteAcls> {
  return handler(deleteAcls, ({ filters }) => ({
    throttleTimeMs: 0,
    filterResults: filters.map(() => ({
      errorCode: errorCode('SECURITY_DISABLED'),
      errorMessage: 'No Authorizer is configured on the broker',
      matchingAcls: [],
    })),
  }))
}
