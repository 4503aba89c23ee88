const WAIT_MS = 60_000

/** Resolves once the statement is true; fails after a minute. */
export async function until(statement: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  while (!(await statement())) {
    if (Date.now() > deadline) throw new Error(`not true within ${WAIT_MS} ms: ${statement}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
