import { afterAll, beforeAll } from 'vitest'
import { freePorts } from '../../../../scripts/lib/ports.mjs'
import { type Gateway, startGateway } from '../../src/gateway/start-gateway.ts'
import { dfs } from '../../src/lib/dfs.ts'
import { startApiServer } from './api-server.ts'
import { TestCluster } from './cluster.ts'
import { freshDatabase } from './database.ts'
import { type Person, signedInBrowser } from './people.ts'
import { UploadClient } from './upload-client.ts'

const ORIGIN = 'http://drive.test:3000'

/** A drive on storages that speak only FastDFS, for the test file that calls this at its top. */
export async function startGatewayDrive() {
  const cluster = new TestCluster({ fastDfsOnly: true })
  await cluster.start()
  const [port = 0] = await freePorts(1)
  Object.assign(process.env, { CAIRN_UPLOADS: 'gateway', CAIRN_GATEWAY_PORT: String(port) })
  await freshDatabase()
  const drive = new GatewayDrive(cluster, port)
  beforeAll(() => drive.start())
  afterAll(() => drive.close())
  return drive
}

class GatewayDrive {
  readonly cluster: TestCluster
  readonly #port: number
  #gateway: Gateway | undefined
  #server: Awaited<ReturnType<typeof startApiServer>> | undefined

  constructor(cluster: TestCluster, port: number) {
    this.cluster = cluster
    this.#port = port
  }

  async start(): Promise<void> {
    await this.startGateway()
    this.#server = await startApiServer()
  }

  async startGateway(): Promise<void> {
    this.#gateway = await startGateway({ port: this.#port, host: '127.0.0.1', webOrigins: [ORIGIN] })
  }

  async stopGateway(): Promise<void> {
    await this.#gateway?.close()
  }

  async newUploader(): Promise<{ client: UploadClient; person: Person }> {
    const { browser, person } = await signedInBrowser(this.#server?.url ?? '')
    return { client: new UploadClient(browser), person }
  }

  /** How often a command came to any storage. */
  count(command: number): number {
    return [...this.cluster.proxies.values()].reduce((sum, proxy) => sum + proxy.count(command), 0)
  }

  async close(): Promise<void> {
    await this.#server?.close()
    await this.stopGateway()
    dfs().close()
    await this.cluster.close()
  }
}
