import { errorCode } from '../../model/kafka-errors.ts'
import { removeRaftVoter } from '../../protocol/messages/81-remove-raft-voter.ts'
import { handler, type Handler } from '../handler.ts'
import { staticVoters } from './static-voters.ts'

/** RemoveRaftVoter (81): refused, the voters of this cluster are static. */
export const removeRaftVoterHandler = (): Handler<typeof removeRaftVoter> =>
  handler(removeRaftVoter, () => ({
    throttleTimeMs: 0,
    errorCode: errorCode('UNSUPPORTED_VERSION'),
    errorMessage: staticVoters,
  }))
