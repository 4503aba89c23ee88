import { afterAll } from 'vitest'
import { startApiServer } from './api-server.ts'
import { TestCluster } from './cluster.ts'
import { freshDatabase } from './database.ts'
import { driveOf } from './drive.ts'
import { signedInBrowser } from './people.ts'

/** The API over a fresh database, and somebody signed in with their drive. All of it ends with the test file. */
export async function signedInDrive() {
  await freshDatabase()
  const server = await startApiServer()
  afterAll(() => server.close())
  const { browser, person } = await signedInBrowser(server.url)
  return { server, browser, person, drive: driveOf(browser, person) }
}

/** The same over storages of its own. */
export async function signedInDriveOnStorages() {
  const cluster = new TestCluster()
  await cluster.start()
  afterAll(() => cluster.close())
  return { cluster, ...(await signedInDrive()) }
}
