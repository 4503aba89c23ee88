/**
 * Never overlaps itself in this process. Whoever asks while it runs may have seen it look for work for the last time, so
 * that it runs once more.
 */
export function runAlone(run: () => Promise<void>): () => Promise<void> {
  let isRunning = false
  let isWanted = false
  return async () => {
    isWanted = true
    if (isRunning) return
    isRunning = true
    try {
      while (isWanted) {
        isWanted = false
        await run()
      }
    } finally {
      isRunning = false
    }
  }
}
