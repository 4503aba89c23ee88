import { readGroups } from '../features/admin/server/cluster.ts'
import { storeSamples, thinSamples } from '../features/admin/server/samples.ts'
import { noteStates } from '../features/admin/server/storage-events.ts'

/** Writes down how full every storage is, and which of them changed its state. */
export async function sampleCapacity(): Promise<{ samples: number; changes: number }> {
  const groups = await readGroups()
  return { samples: await storeSamples(groups, new Date()), changes: await noteStates(groups) }
}

export function thinCapacitySamples(): Promise<number> {
  return thinSamples(new Date())
}
