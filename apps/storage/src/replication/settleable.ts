interface Settle {
  resolve(): void
  reject(error: unknown): void
}

/** A promise and what settles it: with an error if there is one. */
export function settleable(): { promise: Promise<void>; finish: (error?: unknown) => void } {
  const settle: Settle[] = []
  const promise = new Promise<void>((resolve, reject) => settle.push({ resolve, reject }))
  return {
    promise,
    finish(error) {
      if (error === undefined) settle[0]?.resolve()
      else settle[0]?.reject(error)
    },
  }
}
