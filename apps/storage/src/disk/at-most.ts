/** Waits for the end of some work, but no longer than `maxWaitMs`. Rejects as the work does. */
export function atMost(work: Promise<unknown>, maxWaitMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, maxWaitMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
