import { errorCode } from '../../model/kafka-errors.ts'
import { describeAcls } from '../../protocol/messages/29-describe-acls.ts'
import { handler, type Handler } from '../handler.ts'

/** DescribeAcls v1-3: SEC-15. Gap: there is no authorizer yet, so the answer is always SECURITY_DISABLED. */
export function describeAclsHandler(): Handler<typeof describeAcls> {
  return handler(describeAcls, () => ({
    throttleTimeMs: 0,
    errorCode: errorCode('SECURITY_DISABLED'),
    errorMessage: 'No Authorizer is configured on the broker',
    resources: [],
  }))
}
