import { noticesMax } from './contract/limits.ts'
import type { Notice } from './contract/views/app.ts'
import { feed } from './workbench/watch.ts'
import type { Feed } from './workbench/watch.ts'

export interface Notices extends Pick<Feed<Notice>, 'items' | 'read'> {
  tell(level: Notice['level'], title: string, detail: string, connection?: string): void
}

/** What a person should know, for terminal and window alike. Keeps the last `noticesMax`. */
export function newNotices(nowMs: () => number, shown: (notice: Notice) => void): Notices {
  const kept = feed<Notice>(noticesMax)
  return {
    get items() {
      return kept.items
    },
    read: kept.read,
    tell(level, title, detail, connection) {
      const notice: Notice = { id: kept.pushed + 1, atMs: nowMs(), level, title, detail, connection: connection ?? null }
      kept.push(notice)
      shown(notice)
    },
  }
}
