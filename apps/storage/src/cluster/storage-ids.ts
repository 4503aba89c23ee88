/** One line of the trackers' storage_ids.conf: `100001 group1 192.0.2.2:23000 rw=both`. */
export interface StorageIdEntry {
  readonly id: string
  readonly group: string
  readonly ips: readonly string[]
  readonly port: number
}

const DEFAULT_PORT = 23_000
const LINE = /^(\d{1,8}) (\S+) (?:\[([^\]]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?(?: rw=\S+)?$/

export function parseStorageIds(lines: readonly string[]): StorageIdEntry[] {
  return lines.flatMap((line) => {
    const [, id, group, bracketed, plain, port] = LINE.exec(line.trim()) ?? []
    if (id === undefined || group === undefined) return []
    return [
      { id, group, ips: (bracketed ?? plain ?? '').split(','), port: port === undefined ? DEFAULT_PORT : Number(port) },
    ]
  })
}
