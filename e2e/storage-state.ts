// What a storage says of itself to Prometheus.
import type { StorageUnderTest } from './cluster.ts'

interface StorageState {
  /** Whether each store path takes new files. */
  writable: number[]
  /** Changes that its member did not take. */
  setAside: number[]
}

export async function stateOf({ httpUrl }: StorageUnderTest): Promise<StorageState> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text()
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map(([, value]) => Number(value))
  return { writable: values('cairn_store_path_writable'), setAside: values('cairn_store_set_aside_records') }
}
