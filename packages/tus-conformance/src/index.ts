export { countOutcomes, formatJson, formatTable } from './report.ts'
export type { Requirement } from './requirement.ts'
export { type Result, runConformance } from './run.ts'
export type { Target } from './session.ts'
