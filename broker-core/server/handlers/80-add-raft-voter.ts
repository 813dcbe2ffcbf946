import { errorCode } from '../../model/kafka-errors.ts'
import { addRaftVoter } from '../../protocol/messages/80-add-raft-voter.ts'
import { handler, type Handler } from '../handler.ts'
import { staticVoters } from './static-voters.ts'

/** AddRaftVoter (80): refused, the voters of this cluster are static. */
export const addRaftVoterHandler = (): Handler<typeof addRaftVoter> =>
  handler(addRaftVoter, () => ({
    throttleTimeMs: 0,
    errorCode: errorCode('UNSUPPORTED_VERSION'),
    errorMessage: staticVoters,
  }))
