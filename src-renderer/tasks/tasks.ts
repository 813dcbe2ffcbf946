import { create } from 'zustand'

/** Something long that goes on while the person does other things: shown in the status bar, with a way to end it. */
export interface Task {
  readonly id: number
  readonly title: string
  /** 0 to 1; null while the end is unknown. */
  readonly progress: number | null
  readonly detail: string
  readonly cancel: () => void
}

export const useTasks = create<{ readonly tasks: readonly Task[] }>(() => ({ tasks: [] }))

let lastId = 0

export interface TaskHandle {
  update(progress: number | null, detail: string): void
  /** Takes it out of the status bar. */
  end(): void
}

export function startTask(title: string, cancel: () => void): TaskHandle {
  const id = (lastId += 1)
  useTasks.setState(({ tasks }) => ({ tasks: [...tasks, { id, title, progress: null, detail: '', cancel }] }))
  return {
    update: (progress, detail) =>
      useTasks.setState(({ tasks }) => ({ tasks: tasks.map(task => (task.id === id ? { ...task, progress, detail } : task)) })),
    end: () => useTasks.setState(({ tasks }) => ({ tasks: tasks.filter(task => task.id !== id) })),
  }
}
