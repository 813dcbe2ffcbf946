import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GroupMember } from '../../helpers/group-member.ts'
import { findLibrdkafka } from '../../setup/requirements.mjs'

/** The Python that can load librdkafka; found by `npm test`, looked for where a test runs by itself. */
export const pythonPath: string = process.env.BROKERBENCH_LIBRDKAFKA ?? foundPython()

function foundPython(): string {
  const { path, reason } = findLibrdkafka(() => undefined)
  if (path === undefined || !existsSync(path)) throw new Error(reason)
  return path
}

export const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export const librdkafkaMember = (
  group: string,
  topic: string,
  settings: Readonly<Record<string, string | number>>,
): GroupMember => new GroupMember(pythonPath, [program('member.py'), group, topic, JSON.stringify(settings)])
