import { useEffect, useState } from 'react'

const TICK_MS = 1000

/** Seconds until the link may be tried again, counted down. */
export function useRest(initial: number): [number, (seconds: number) => void] {
  const [rest, setRest] = useState(initial)
  useEffect(() => {
    if (rest <= 0) return
    const timer = setTimeout(() => setRest(rest - 1), TICK_MS)
    return () => clearTimeout(timer)
  }, [rest])
  return [rest, setRest]
}
