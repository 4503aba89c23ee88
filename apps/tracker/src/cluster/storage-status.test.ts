import type { StorageStatus } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import { mergedStatus, nextStatus, type StatusEvent } from './storage-status.ts'

// By the numbers of the wire (internals §2.2): 0 INIT, 1 WAIT_SYNC, 2 SYNCING, 3 IP_CHANGED, 4 DELETED, 5 OFFLINE,
// 6 ONLINE, 7 ACTIVE, 9 RECOVERY.
const states: readonly StorageStatus[] = [0, 1, 2, 3, 4, 5, 6, 7, 9]

describe('the state of a storage server', () => {
  it.each<[StatusEvent, StorageStatus[]]>([
    //                  0  1  2  3  4  5  6  7  9
    ['join', [0, 1, 2, 0, 0, 6, 6, 7, 6]],
    ['beat', [0, 1, 2, 3, 4, 7, 7, 7, 9]],
    ['disconnect', [0, 1, 2, 3, 4, 5, 5, 5, 9]],
    ['silence', [0, 1, 2, 3, 4, 5, 5, 5, 9]],
    ['restart', [0, 1, 2, 3, 4, 5, 5, 5, 5]],
    ['no-sync-needed', [6, 6, 6, 3, 4, 5, 6, 7, 9]],
    ['delete', [4, 4, 4, 3, 4, 4, 6, 7, 9]],
  ])('changes by "%s" as it should, from each of the nine', (event, after) => {
    expect(states.map((before) => nextStatus(event, before))).toEqual(after)
  })

  it.each<[StorageStatus, StorageStatus[]]>([
    // What others report: 0  1  2  3  4  5  6  7  9
    [0, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    [1, [1, 1, 2, 3, 4, 5, 6, 7, 9]],
    [2, [2, 2, 2, 3, 4, 5, 6, 7, 9]],
    [3, [3, 3, 3, 3, 4, 5, 6, 7, 9]],
    [4, [4, 4, 4, 4, 4, 4, 4, 4, 4]],
    [5, [5, 5, 5, 3, 4, 5, 6, 7, 9]],
    [6, [6, 6, 6, 6, 6, 6, 6, 6, 6]],
    [7, [7, 7, 7, 7, 7, 7, 7, 7, 7]],
    [9, [9, 9, 9, 9, 9, 9, 9, 9, 9]],
  ])('%i is only raised by what others report, and never brought back from a deletion', (current, after) => {
    expect(states.map((reported) => mergedStatus(current, reported))).toEqual(after)
  })
})
