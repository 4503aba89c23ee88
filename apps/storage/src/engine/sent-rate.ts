/** Bytes that go out, as a sum and as a rate. */
export interface SentRate {
  /** Since it was made. */
  readonly total: number
  add(bytes: number, nowMs: number): void
  /** Over the last ten seconds, that which runs among them. */
  perSecond(nowMs: number): number
}

const SECONDS = 10

/** One sum for each of the last seconds: as much memory at any speed. */
export function createSentRate(): SentRate {
  const sums = Array.from({ length: SECONDS }, () => ({ second: Number.NEGATIVE_INFINITY, bytes: 0 }))
  let total = 0
  return {
    get total() {
      return total
    },
    add(bytes, nowMs) {
      const second = Math.floor(nowMs / 1000)
      const sum = sums[second % SECONDS]
      if (sum === undefined) return
      if (sum.second !== second) Object.assign(sum, { second, bytes: 0 })
      sum.bytes += bytes
      total += bytes
    },
    perSecond(nowMs) {
      const oldest = Math.floor(nowMs / 1000) - SECONDS + 1
      const recent = sums.reduce((bytes, sum) => (sum.second >= oldest ? bytes + sum.bytes : bytes), 0)
      return recent / SECONDS
    },
  }
}

/** One for each member, whoever sends to it. */
export interface SentRates {
  of(peerId: string): SentRate
}

export function createSentRates(): SentRates {
  const rates = new Map<string, SentRate>()
  return {
    of(peerId) {
      const known = rates.get(peerId)
      if (known !== undefined) return known
      const fresh = createSentRate()
      rates.set(peerId, fresh)
      return fresh
    },
  }
}
