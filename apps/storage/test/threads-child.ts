// A storage with several threads as a process of its own: `<storage.conf>`. Its threads are in the hands of a test: `hold <file>` keeps
// the main thread busy until the file is there; `end` ends the second thread, `end first` the first one, `fail` has the last one fail.
import { existsSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { loadStorageConfig } from '../src/config.ts'
import { startStorage } from '../src/storage.ts'

const threads: Worker[] = []
process.on('worker', (thread) => threads.push(thread))

const [confPath = ''] = process.argv.slice(2)
const storage = await startStorage(await loadStorageConfig(confPath), pino())
process.send?.({ port: storage.tcpPort, threads: threads.length })

const clock = new Int32Array(new SharedArrayBuffer(4))
process.on('message', (message) => {
  const [command, file = ''] = String(message).split(' ')
  if (command === 'hold') {
    process.send?.('held', undefined, undefined, () => {
      while (!existsSync(file)) Atomics.wait(clock, 0, 0, 10)
    })
  } else if (command === 'end') void threads.at(file === 'first' ? 0 : 1)?.terminate()
  // No message at all: what its handler throws nobody catches.
  else if (command === 'fail') threads.at(-1)?.postMessage(null)
  else process.send?.({ started: threads.length })
})
process.on('disconnect', () => void storage.close().then(() => process.exit(0)))
