// The third process of the web application, where the storages of the cluster speak only FastDFS (CAIRN_UPLOADS=gateway).
import { startGateway } from './gateway/start-gateway.ts'
import { db } from './lib/db.ts'
import { dfs } from './lib/dfs.ts'
import { env } from './lib/env.ts'
import { log } from './lib/log.ts'

const { gateway: place, origins, uploadMaxBytes, trustedProxies } = env()
if (place === undefined) throw new Error('The gateway needs CAIRN_UPLOADS=gateway.')
const gateway = await startGateway({ ...place, webOrigins: origins, sizeMax: uploadMaxBytes, trustedProxies })
log().info({ port: gateway.port }, 'ready')

const stopped = new Promise<NodeJS.Signals>((resolve) => {
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
})
log().info({ signal: await stopped }, 'stopping')
await gateway.close()
await db().$disconnect()
dfs().close()
