// The short, calm list that a start shows on the terminal.
const NAME_WIDTH = 16
const SAY_BUSY_AFTER_MS = 2000

function seconds(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
}

/** Runs one step and prints it with its time; `work` may answer a text that is shown beside it. */
export async function step(name, work) {
  const startedAtMs = Date.now()
  // Only what takes long is announced; the rest would flicker.
  const busy = setTimeout(() => console.log(`  … ${name}`), SAY_BUSY_AFTER_MS)
  try {
    const detail = await work()
    const text = typeof detail === 'string' ? detail : ''
    console.log(`  ✓ ${name.padEnd(NAME_WIDTH)} ${seconds(startedAtMs).padStart(7)}  ${text}`.trimEnd())
  } finally {
    clearTimeout(busy)
  }
}

/** One line about something that happened while the cluster runs. */
export function note(text) {
  console.log(`  ! ${text}`)
}
