import type { Identity } from '../src/cluster/identity.ts'

/** Who a storage under test is that no tracker has told. */
export const testIdentity: Identity = {
  group: 'group1',
  storageId: '100001',
  source: { kind: 'id', id: 100001 },
  reserve: { kind: 'bytes', bytes: 0 },
  pathOrder: 'round-robin',
  useStorageId: true,
  addresses: ['127.0.0.1'],
  addressWidth: 16,
  storageIds: [],
  trunk: null,
}
