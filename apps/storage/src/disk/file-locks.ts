/** Called once to let the next one in. */
export type Release = () => void

/**
 * One writer per file: append, modify, truncate, regenerate, delete and what replication does to the same name run one
 * after the other, in the order in which they asked. Several workers will share a table of stripes behind this.
 */
export interface FileLocks {
  /** Calls `run` when it is this one's turn, at once if nobody is before it. */
  acquire(logicName: string, run: (release: Release) => void): void
}

export function createFileLocks(): FileLocks {
  const queues = new Map<string, Array<(release: Release) => void>>()

  const next = (name: string) => {
    const queue = queues.get(name)
    const run = queue?.shift()
    if (run === undefined) queues.delete(name)
    else run(once(() => next(name)))
  }
  return {
    acquire(name, run) {
      const queue = queues.get(name)
      if (queue !== undefined) {
        queue.push(run)
        return
      }
      queues.set(name, [])
      run(once(() => next(name)))
    },
  }
}

function once(call: () => void): () => void {
  let called = false
  return () => {
    if (called) return
    called = true
    call()
  }
}
