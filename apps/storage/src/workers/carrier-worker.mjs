// A thread of its own (see carrier-thread.ts); the build makes one file of it.
import { parentPort, workerData } from 'node:worker_threads'
import { runCarrierThread } from './carrier-thread.ts'

if (parentPort === null) throw new Error('carrier-worker.mjs is run as a worker thread')
await runCarrierThread(parentPort, workerData)
