import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readFileIfAny } from '../disk/atomic-file.ts'

const stateSchema = z.object({
  startedAt: z.number(),
  finishedAt: z.number().nullable(),
  next: z.string(),
  files: z.number(),
  bytes: z.number(),
  damaged: z.array(z.string()),
  repaired: z.number(),
})

/** How far a round of checking has come. */
export interface ScrubState {
  /** Unix milliseconds; 0: there was no round yet. */
  startedAt: number
  /** Null while the round runs. */
  finishedAt: number | null
  /** The folder that is checked next: `M00/1A/2F`. */
  next: string
  files: number
  bytes: number
  /** Names of files that are not what their names say, and could not be brought back. */
  damaged: string[]
  repaired: number
}

/** `data/.cairn-scrub`: what is there of it is used; a damaged one begins a new round. */
export function loadScrubState(basePath: string): ScrubState {
  const text = readFileIfAny(statePath(basePath))
  const parsed = stateSchema.safeParse(text === null ? null : parseJson(text))
  return parsed.success ? parsed.data : newRound(0)
}

export function newRound(startedAt: number): ScrubState {
  return { startedAt, finishedAt: null, next: '', files: 0, bytes: 0, damaged: [], repaired: 0 }
}

/** Not synced: losing it checks some files twice. */
export async function saveScrubState(basePath: string, state: ScrubState): Promise<void> {
  const path = statePath(basePath)
  await writeFile(`${path}.tmp`, JSON.stringify(state))
  await rename(`${path}.tmp`, path)
}

function statePath(basePath: string): string {
  return join(basePath, 'data', '.cairn-scrub')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
