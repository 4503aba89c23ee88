// A thread of its own (see request-thread.ts); the build makes one file of it.
import { parentPort, workerData } from 'node:worker_threads'
import { runRequestThread } from './request-thread.ts'

if (parentPort === null) throw new Error('request-worker.mjs is run as a worker thread')
await runRequestThread(parentPort, workerData)
