import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { deviceText, diskBusyMs, parseDiskstats } from './disk-busy.ts'

// From Documentation/admin-guide/iostats.rst of the kernel, and lines of kernels 4.18 (discards) and 5.5 (flushes).
const DISKSTATS = `   3    0   hda 446216 784926 9550688 4382310 424847 312726 5922052 19310380 0 3376340 23705160
   3    1   hda1 35486 38030 38030 38030 0 0 0 0 0 1234 1234
 259       0 nvme0n1 47114 4 46643973 4327 28010 3 46643984 4327 0 8654 8654 0 0 0 0
 254       0 vda 4362870 384477 111073322 3367826 1974128 1124590 210712888 1498905 0 558796 5067589 1099249 10950 208678872 146516 452261 54340
`

describe('how long a disk was busy', () => {
  it('is the tenth number of its line, with and without the columns of later kernels', () => {
    const ticks = parseDiskstats(DISKSTATS)
    expect([...ticks]).toEqual([
      ['3:0', 3_376_340],
      ['3:1', 1234],
      ['259:0', 8654],
      ['254:0', 558_796],
    ])
  })

  it('a line that is too short or no number says nothing', () => {
    expect(parseDiskstats('8 0 sda 1 2 3\n8 1 sda1 a b c d e f g h i j k\n\n').size).toBe(0)
  })

  it('device numbers are taken apart as the C library puts them together', () => {
    // As os.makedev of Python 3 over glibc says it.
    expect([0xfe00, 0x811, 0x1231_0345, 0x1_2000_0003_4503].map(deviceText)).toEqual([
      '254:0',
      '8:17',
      '259:74565',
      '74565:3',
    ])
  })

  it.runIf(process.platform === 'linux')('a folder that is not there, or in memory only, has no disk', () => {
    expect(diskBusyMs([null, statSync('/proc').dev])).toEqual([null, null])
  })

  it.runIf(process.platform === 'linux')('folders of one disk tell the same, and never less than before', () => {
    const { dev } = statSync(tmpdir())
    const [one, two] = diskBusyMs([dev, dev])
    expect(one).toBe(two)
    const [later] = diskBusyMs([dev])
    expect(later === null).toBe(one === null)
    expect(later ?? 0).toBeGreaterThanOrEqual(one ?? 0)
  })
})
