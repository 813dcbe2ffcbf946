/** What `{{name arguments}}` in a template of `records.produceMany` becomes, anew for each record. */
export interface Placeholder {
  readonly name: string
  /** As it is written, with its arguments; those in brackets may be left out. */
  readonly usage: string
  readonly help: string
}

export const placeholders: readonly Placeholder[] = [
  { name: 'counter', usage: 'counter [FIRST] [STEP]', help: 'Counts up from FIRST (1) by STEP (1).' },
  { name: 'random', usage: 'random FROM TO', help: 'A whole number, both ends included.' },
  { name: 'decimal', usage: 'decimal FROM TO [DIGITS]', help: 'A number with DIGITS (2) behind the point.' },
  { name: 'pick', usage: 'pick ONE|TWO|…', help: 'One of the texts.' },
  { name: 'uuid', usage: 'uuid', help: 'A random UUID.' },
  { name: 'hex', usage: 'hex BYTES', help: 'So many random bytes as hex digits.' },
  { name: 'letters', usage: 'letters COUNT', help: 'So many random letters and digits.' },
  { name: 'boolean', usage: 'boolean', help: 'true or false.' },
  { name: 'now', usage: 'now', help: 'The time as ISO text.' },
  { name: 'epoch', usage: 'epoch', help: 'The time in milliseconds since 1970.' },
  { name: 'firstName', usage: 'firstName', help: 'A given name.' },
  { name: 'lastName', usage: 'lastName', help: 'A family name.' },
  { name: 'email', usage: 'email', help: 'An address at example.org.' },
  { name: 'city', usage: 'city', help: 'A city.' },
  { name: 'country', usage: 'country', help: 'A country code of two letters.' },
  { name: 'word', usage: 'word', help: 'A word.' },
  { name: 'sentence', usage: 'sentence [WORDS]', help: 'So many words (8).' },
  { name: 'line', usage: 'line', help: 'The line of the file, when records come from one.' },
]
