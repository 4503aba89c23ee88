/** Called once to let the next one in. */
export type Release = () => void

/**
 * One writer per file: append, modify, truncate, regenerate, delete and what replication does to the same name run one
 * after the other, in the order in which they asked.
 */
export interface FileLocks {
  /** Calls `run` when it is this one's turn, at once if nobody is before it. */
  acquire(logicName: string, run: (release: Release) => void): void
}

/** Other threads lock files too, each for a moment. */
export interface LocksElsewhere {
  /** False while another thread has this file, or one that it cannot tell from it. */
  enter(logicName: string): boolean
  leave(logicName: string): void
  /** Null when no other thread has it. */
  untilFree(logicName: string): Promise<void> | null
}

const nobodyElse: LocksElsewhere = { enter: () => true, leave: () => undefined, untilFree: () => null }

export function createFileLocks(elsewhere: LocksElsewhere = nobodyElse): FileLocks {
  const queues = new Map<string, Array<(release: Release) => void>>()

  const enter = (name: string, run: (release: Release) => void) => {
    if (elsewhere.enter(name)) run(once(() => next(name)))
    else void Promise.resolve(elsewhere.untilFree(name)).then(() => enter(name, run))
  }
  const next = (name: string) => {
    elsewhere.leave(name)
    const run = queues.get(name)?.shift()
    if (run === undefined) queues.delete(name)
    else enter(name, run)
  }
  return {
    acquire(name, run) {
      const queue = queues.get(name)
      if (queue !== undefined) {
        queue.push(run)
        return
      }
      queues.set(name, [])
      enter(name, run)
    },
  }
}

/** Does `work` when it is its turn, and lets the next one in when that is done. */
export function whileLocked<T>(locks: FileLocks, logicName: string, work: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    locks.acquire(logicName, (release) => {
      new Promise<T>((begun) => begun(work())).finally(release).then(resolve, reject)
    })
  })
}

function once(call: () => void): () => void {
  let called = false
  return () => {
    if (called) return
    called = true
    call()
  }
}
