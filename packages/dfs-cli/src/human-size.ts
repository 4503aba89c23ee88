const UNITS = ['KB', 'MB', 'GB', 'TB', 'PB', 'EB']
const STEP = 1024
const WITH_DECIMAL_BELOW = 10

/** As the C tools write sizes: `504 GB`, `5.0 GB`; the fraction is cut, but below ten one rounded decimal is kept. */
export function humanSize(bytes: number): string {
  if (bytes < STEP) return `${bytes}  B`
  let value = bytes / STEP
  let unit = 0
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP
    unit += 1
  }
  return `${value < WITH_DECIMAL_BELOW ? value.toFixed(1) : Math.trunc(value)} ${UNITS[unit]}`
}
