import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { storageConfigDefaults } from '../../src/config.ts'
import type { TestCluster, TestStorage } from '../cluster.ts'
import { createWebKeys } from './web-storage.ts'

/** A member of the cluster that also serves HTTP, with keys of the web server whose folder is given. */
export function addWebMember(cluster: TestCluster, id: string, webFolder = cluster.folder): Promise<TestStorage> {
  const folder = join(cluster.folder, id)
  mkdirSync(folder, { recursive: true })
  createWebKeys(webFolder, id, folder)
  const http = { ...storageConfigDefaults.http, bindAddress: '127.0.0.1', port: 0, keysFile: join(folder, 'keys.json') }
  return cluster.addStorage(id, { http })
}
