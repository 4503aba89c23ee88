// A storage's HTTP side as a process of its own, which a test can kill: `<folder> [step]`. With a step it kills itself behind that step of finishing.
import { startWebStorage } from './web-storage.ts'

const [folder = '', deadlyStep = ''] = process.argv.slice(2)

const storage = await startWebStorage({
  folder,
  step: (step) => {
    if (step === deadlyStep) process.kill(process.pid, 'SIGKILL')
  },
})
process.send?.({ port: storage.http.port })
// Any message asks for the memory that is in use.
process.on('message', () => process.send?.({ rss: process.memoryUsage.rss() }))
process.on('disconnect', () => process.exit(0))
