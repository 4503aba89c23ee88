const BUDGET_MS = 50_000

/**
 * Works on what is due, batch after batch, until a batch is not full or most of a minute is over: what a hundred thousand
 * deleted files leave behind does not wait for a hundred of them a minute. Returns how many there were.
 */
export async function drain<Due>(
  find: () => Promise<readonly Due[]>,
  { batch, atOnce, budgetMs = BUDGET_MS }: { batch: number; atOnce: number; budgetMs?: number },
  work: (due: Due) => Promise<void>,
): Promise<number> {
  const until = Date.now() + budgetMs
  let looked = 0
  for (;;) {
    const due = await find()
    const rest = due.values()
    const next = async () => {
      for (const one of rest) await work(one)
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, due.length) }, next))
    looked += due.length
    if (due.length < batch || Date.now() >= until) return looked
  }
}
