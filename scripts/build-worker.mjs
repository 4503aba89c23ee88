// `node scripts/build-worker.mjs`: apps/web/dist/worker.js.
import { bundleWorker } from './lib/bundle.mjs'

await bundleWorker()
