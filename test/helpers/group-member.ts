import { JsonProcess } from './json-process.ts'

/** One member of a group, a process of its own (member.py, kafkajs-member.mjs): what it owns and what it has read. */
export class GroupMember {
  readonly #process: JsonProcess
  readonly read: string[] = []
  readonly errors: string[] = []
  /** `topic-partition`; undefined until it was told for the first time. */
  owned: readonly string[] | undefined
  /** How often it was told what it owns. */
  changes = 0
  isLeft = false

  constructor(command: string, args: readonly string[]) {
    this.#process = new JsonProcess(command, args, line => this.#hear(line))
  }

  #hear(line: Readonly<Record<string, unknown>>): void {
    if (Array.isArray(line.read)) this.read.push(...line.read.map(String))
    if (Array.isArray(line.owned)) {
      this.owned = line.owned.map(String)
      this.changes++
    }
    if (line.error !== undefined) this.errors.push(JSON.stringify(line))
    if (line.left === true) this.isLeft = true
  }

  async leave(): Promise<void> {
    const status = await this.#process.finish()
    if (!this.isLeft) throw new Error(`a member ended with status ${status} instead of leaving: ${this.#process.stderr}`)
  }

  async kill(): Promise<void> {
    await this.#process.kill()
  }

  get text(): string {
    return `${this.owned?.join(' ') ?? 'nothing told'}; ${this.read.length} read; ${this.errors.slice(-3).join(' ')} ${this.#process.stderr.slice(-500)}`
  }
}

/** Whether the members own `all` among them, each partition by one, and none has nothing to do. */
export function areShared(members: readonly GroupMember[], all: readonly string[]): boolean {
  const owned = members.flatMap(member => member.owned ?? [])
  const isFair = members.every(member => (member.owned?.length ?? 0) > 0)
  return isFair && owned.length === all.length && all.every(partition => owned.includes(partition))
}
