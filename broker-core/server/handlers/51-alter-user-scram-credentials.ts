import type { Controller } from '../../controller/controller.ts'
import { decideScramCredentials } from '../../controller/decisions/scram.ts'
import { alterUserScramCredentials } from '../../protocol/messages/51-alter-user-scram-credentials.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** AlterUserScramCredentials (51) at the controller: SEC-07. */
export function alterUserScramCredentialsHandler(controller: Controller): Handler<typeof alterUserScramCredentials> {
  return decided(alterUserScramCredentials, controller, decideScramCredentials, request => ({
    throttleTimeMs: 0,
    results: [...new Set([...request.deletions, ...request.upsertions].map(each => each.name))].map(user => ({
      user,
      ...notController,
    })),
  }))
}
