// A storage's HTTP side as a process of its own, which a test can kill: `<folder> <step> <durability>`. It kills itself behind that step
// of finishing; an empty step never comes.
import { startWebStorage } from './web-storage.ts'

const [folder = '', deadlyStep = '', durability = ''] = process.argv.slice(2)

const storage = await startWebStorage({
  folder,
  durability: durability === 'none' || durability === 'each' ? durability : 'group',
  step: (step) => {
    if (step === deadlyStep) process.kill(process.pid, 'SIGKILL')
  },
})
process.send?.({ port: storage.http.port })
// Any message asks for the memory that is in use; this one, without what has only not been collected yet.
process.on('message', (message) => {
  if (message === 'collected') globalThis.gc?.()
  process.send?.({ rss: process.memoryUsage.rss() })
})
process.on('disconnect', () => process.exit(0))
