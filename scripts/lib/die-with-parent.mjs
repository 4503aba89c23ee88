// `node --import` this: the process ends when the one that spawned it (with an ipc channel) is gone, even by kill -9.
const GRACE_MS = 10_000

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref()
})
process.channel?.unref()
