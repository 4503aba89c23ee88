import { log } from '../../../lib/log.ts'
import { processWide } from '../../../lib/process-wide.ts'
import type { ClusterView } from '../cluster-view.ts'
import { readOverview } from './overview.ts'

const EVERY_MS = 4000

type Listener = (view: ClusterView) => void

interface Poller {
  listeners: Set<Listener>
  last: ClusterView | undefined
  running: boolean
}

function poller(): Poller {
  return processWide<Poller>('admin-live', () => ({ listeners: new Set(), last: undefined, running: false }))
}

/** Looks at the cluster every few seconds for as long as somebody listens, once for all of them. */
export function listen(listener: Listener): () => void {
  const state = poller()
  state.listeners.add(listener)
  if (state.last !== undefined && Date.parse(state.last.at) > Date.now() - EVERY_MS) listener(state.last)
  if (!state.running) void run(state)
  return () => state.listeners.delete(listener)
}

/** Never rejects: what went wrong once is tried again, and the pages turn grey meanwhile. */
async function run(state: Poller): Promise<void> {
  state.running = true
  while (state.listeners.size > 0) {
    const startedAt = Date.now()
    try {
      const view = await readOverview()
      state.last = view
      for (const listener of state.listeners) listener(view)
    } catch (error) {
      log().error({ err: error }, 'the capacity pages cannot be kept up to date')
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedAt + EVERY_MS - Date.now())))
  }
  state.running = false
}
