import type { ConnectionTestStep } from '../../../src-main/contract/views/app.ts'

export type WalkState = ConnectionTestStep['state'] | 'not-reached'

export interface WalkStep {
  readonly step: ConnectionTestStep['step']
  readonly title: string
  readonly state: WalkState
  readonly detail: string
  readonly durationMs: number
}

const titles: readonly (readonly [ConnectionTestStep['step'], string])[] = [
  ['dns', 'DNS'],
  ['tcp', 'TCP'],
  ['tls', 'TLS'],
  ['sasl', 'SASL'],
  ['api-versions', 'ApiVersions'],
  ['metadata', 'Metadata'],
  ['advertised', 'Advertised listeners'],
]

/**
 * All steps in their order. TLS and SASL happen inside of the first question: when one of them breaks, main tells it in the place of that
 * question, after having said that it is asked for. The failure counts, and nothing after it was reached.
 */
export function walkOf(steps: readonly ConnectionTestStep[]): WalkStep[] {
  const failed = steps.find(step => step.state === 'failed')
  const failedAt = titles.findIndex(([step]) => step === failed?.step)
  return titles.map(([step, title], at) => {
    const told = at === failedAt ? failed : steps.find(candidate => candidate.step === step)
    if (told === undefined || (failedAt !== -1 && at > failedAt))
      return { step, title, state: 'not-reached', detail: '', durationMs: 0 }
    return { ...told, title }
  })
}

/** The outcome in one sentence. */
export function walkSentence(walk: readonly WalkStep[]): string {
  const failed = walk.find(step => step.state === 'failed')
  if (failed === undefined) return 'The cluster can be reached and used.'
  return failed.step === 'advertised'
    ? 'The cluster answers, but the addresses it tells clients cannot be reached.'
    : `It breaks at ${failed.title}.`
}
