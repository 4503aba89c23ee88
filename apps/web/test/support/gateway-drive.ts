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
export async function startGatewayDrive({ sizeMax }: { sizeMax?: number } = {}) {
  const cluster = new TestCluster({ fastDfsOnly: true })
  await cluster.start()
  const [port = 0] = await freePorts(1)
  Object.assign(process.env, { CAIRN_UPLOADS: 'gateway', CAIRN_GATEWAY_PORT: String(port) })
  await freshDatabase()
  const drive = new GatewayDrive(cluster, port, sizeMax)
  beforeAll(() => drive.start())
  afterAll(() => drive.close())
  return drive
}

class GatewayDrive {
  readonly cluster: TestCluster
  readonly #port: number
  readonly #sizeMax: number | undefined
  #gateway: Gateway | undefined
  #server: Awaited<ReturnType<typeof startApiServer>> | undefined

  constructor(cluster: TestCluster, port: number, sizeMax: number | undefined) {
    this.cluster = cluster
    this.#port = port
    this.#sizeMax = sizeMax
  }

  get webUrl(): string {
    return this.#server?.url ?? ''
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    await this.startGateway()
    this.#server = await startApiServer()
  }

  async startGateway(): Promise<void> {
    const place = { port: this.#port, host: '127.0.0.1' }
    this.#gateway = await startGateway({ ...place, webOrigins: [ORIGIN], sizeMax: this.#sizeMax })
  }

  async stopGateway(): Promise<void> {
    await this.#gateway?.close()
  }

  async newUploader(): Promise<{ client: UploadClient; person: Person }> {
    const { browser, person } = await signedInBrowser(this.webUrl)
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
