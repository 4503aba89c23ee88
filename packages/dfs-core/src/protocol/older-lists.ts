import { ProtocolError } from '../errors.ts'
import { GROUP_NAME_FIELD_SIZE, IPV4_FIELD_SIZE, IPV6_FIELD_SIZE, VERSION_SIZE } from '../limits.ts'
import type { FixedField } from './fields.ts'
import { flag, i64, nested, repeat, text, u8 } from './fields.ts'
import type { Layout } from './layout.ts'
import { struct } from './layout.ts'
import type { GroupRecord, StorageRecord } from './records.ts'
import { storageId, storageStat } from './records.ts'

// The lists of groups and storages as trackers before 6.13.1 sent them (client protocol §3.5, appendix C). Nothing in a
// request tells which one a client parses, so a tracker is configured for it (`stat_layout`).

/** The lists of which version a tracker sends; `6.16` since 6.15. Groups have 105 bytes up to 6.13.0, then 113. */
export const statLayouts = ['5.x', '6.11', '6.12', '6.13.0', '6.13', '6.16'] as const
export type StatLayout = (typeof statLayouts)[number]

interface GroupList {
  readonly groups: readonly GroupRecord[]
}
interface StorageList {
  readonly storages: readonly StorageRecord[]
}

const groupSpace = {
  group: text(GROUP_NAME_FIELD_SIZE),
  totalMb: i64,
  freeMb: i64,
  trunkFreeMb: i64,
  storageCount: i64,
  storagePort: i64,
}
const groupShape = { currentWriteServer: i64, storePathCount: i64, subdirCountPerPath: i64, currentTrunkFileId: i64 }

/** Up to 6.12: one number of members that are ACTIVE. */
const activeGroup = struct('group record before 6.13', {
  ...groupSpace,
  httpPort: i64,
  activeCount: i64,
  ...groupShape,
})
const splitGroup = struct('group record of 6.13.0', {
  ...groupSpace,
  readableServerCount: i64,
  writableServerCount: i64,
  ...groupShape,
})

const groupOfActive: Layout<GroupRecord> = converted(
  activeGroup,
  (record) => ({
    ...record,
    httpPort: 0,
    activeCount: Math.max(record.readableServerCount, record.writableServerCount),
  }),
  ({ httpPort: _, activeCount, ...record }) => ({
    ...record,
    reservedMb: 0,
    readableServerCount: activeCount,
    writableServerCount: activeCount,
  }),
)
const groupOfSplit: Layout<GroupRecord> = converted(
  splitGroup,
  (record) => record,
  (record) => ({ ...record, reservedMb: 0 }),
)

const OLD_VERSION_SIZE = 6
const DOMAIN_NAME_SIZE = 128
const READ_AND_WRITE = 6

const placeFields = {
  totalMb: i64,
  freeMb: i64,
  uploadPriority: i64,
  storePathCount: i64,
  subdirCountPerPath: i64,
  currentWritePath: i64,
  storagePort: i64,
}
const statFields = { stat: nested(storageStat), isTrunkServer: flag }

/** 612, 642 or 644 bytes: with the port of the HTTP server and the host name that FastDFS had until 6.12. */
function storageWithHttp(ip: FixedField<string>, ipSize: number, versionSize: number): Layout<StorageRecord> {
  const layout = struct('storage record before 6.13', {
    status: u8,
    id: storageId,
    ip,
    domainName: text(DOMAIN_NAME_SIZE),
    sourceId: storageId,
    version: text(versionSize),
    joinTime: i64,
    upTime: i64,
    ...placeFields,
    httpPort: i64,
    ...statFields,
  })
  return converted(
    layout,
    (record) => ({
      ...record,
      ip: fitting(record.ip, ipSize),
      version: record.version.slice(0, versionSize),
      domainName: '',
      httpPort: 0,
    }),
    ({ domainName: _, httpPort: __, ...record }) => ({ ...record, rwMode: READ_AND_WRITE, reservedMb: 0 }),
  )
}

/** The C servers want a NUL behind an address; one of the other family does not fit at all. */
function fitting(ip: string, size: number): string {
  return ip.length < size ? ip : ''
}

const storageOf6130: Layout<StorageRecord> = converted(
  struct('storage record of 6.13.0', {
    status: u8,
    rwMode: u8,
    id: storageId,
    ip: text(IPV6_FIELD_SIZE),
    sourceId: storageId,
    version: text(VERSION_SIZE),
    joinTime: i64,
    upTime: i64,
    ...placeFields,
    ...statFields,
  }),
  (record) => record,
  (record) => ({ ...record, reservedMb: 0 }),
)

type OlderLayout = Exclude<StatLayout, '6.13' | '6.16'>

/** One group (90) and all groups (91). */
export const olderGroups: Readonly<Record<OlderLayout, { one: Layout<GroupRecord>; all: Layout<GroupList> }>> = {
  '5.x': groupsOf(groupOfActive),
  '6.11': groupsOf(groupOfActive),
  '6.12': groupsOf(groupOfActive),
  '6.13.0': groupsOf(groupOfSplit),
}

function groupsOf(one: Layout<GroupRecord>): { one: Layout<GroupRecord>; all: Layout<GroupList> } {
  return { one, all: struct('LIST_GROUPS response of an older version', { groups: repeat(one) }) }
}

export const olderStorages: Readonly<Record<OlderLayout, Layout<StorageList>>> = {
  '5.x': storagesOf(storageWithHttp(text(IPV4_FIELD_SIZE), IPV4_FIELD_SIZE, OLD_VERSION_SIZE)),
  '6.11': storagesOf(storageWithHttp(text(IPV6_FIELD_SIZE), IPV6_FIELD_SIZE, OLD_VERSION_SIZE)),
  '6.12': storagesOf(storageWithHttp(text(IPV6_FIELD_SIZE), IPV6_FIELD_SIZE, VERSION_SIZE)),
  '6.13.0': storagesOf(storageOf6130),
}

function storagesOf(record: Layout<StorageRecord>): Layout<StorageList> {
  return struct('LIST_STORAGE response of an older version', { storages: repeat(record) })
}

/** Decodes whichever of the layouts fits the length of the body, the first that does. */
export function firstThatFits<T>(current: Layout<T>, older: readonly Layout<T>[]): Layout<T> {
  const fitting = (length: number) => [current, ...older].find((layout) => layout.fits(length))
  return {
    ...current,
    size: undefined,
    decode(buf) {
      const layout = fitting(buf.length)
      if (layout === undefined) throw new ProtocolError(`${current.label}: ${buf.length} bytes fit no version`)
      return layout.decode(buf)
    },
    fits: (length) => fitting(length) !== undefined,
  }
}

/** The same bytes as `layout`, as a value of another type. */
function converted<T, O>(layout: Layout<O>, to: (value: T) => O, from: (value: O) => T): Layout<T> {
  return {
    label: layout.label,
    size: layout.size,
    sizeOf: (value) => layout.sizeOf(to(value)),
    write: (value, buf, offset) => layout.write(to(value), buf, offset),
    encode: (value) => layout.encode(to(value)),
    decode: (buf) => from(layout.decode(buf)),
    readAt: (buf, offset) => from(layout.readAt(buf, offset)),
    fits: layout.fits,
  }
}
