import type { Result } from './run.ts'

export function countOutcomes(results: readonly Result[]): Record<Result['outcome'], number> {
  const counts = { kept: 0, violated: 0, 'not testable': 0 }
  for (const { outcome } of results) counts[outcome] += 1
  return counts
}

export function formatJson(results: readonly Result[]): string {
  const lines = results.map(({ requirement: { id, extension, level, section, demands }, outcome, reason }) => {
    return { id, extension, level, section, demands, outcome, ...(reason !== '' && { reason }) }
  })
  return JSON.stringify({ protocol: '1.0.0', ...countOutcomes(results), requirements: lines }, null, 2)
}

const SIGNS = { kept: 'ok', violated: 'VIOLATED', 'not testable': '-' } as const

/** One line for each requirement, for people. */
export function formatTable(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ requirement }) => requirement.id.length))
  const lines = results.map(({ requirement: { id, level, demands }, outcome, reason }) => {
    const line = `${SIGNS[outcome].padEnd(8)}  ${level.padEnd(6)}  ${id.padEnd(width)}  ${demands}`
    return reason === '' ? line : `${line}\n${' '.repeat(18)}${reason}`
  })
  const { kept, violated, ...rest } = countOutcomes(results)
  return `${lines.join('\n')}\n\n${kept} kept, ${violated} violated, ${rest['not testable']} not testable`
}
