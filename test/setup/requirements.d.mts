interface Answer {
  readonly path?: string
  readonly reason?: string
}

export function findKcat(say: (text: string) => void): Answer
export function findLibrdkafka(say: (text: string) => void): Answer
