import { ConnectionError, type DfsClient, formatAddress, ServerError, Status, StorageStatus } from '@cairn/dfs-core'
import { ApiError } from './api-error.ts'

const MEMBERS_FRESH_MS = 5000

/**
 * A storage of a group. `httpPort` is null while it cannot be asked: it is down, or serves no HTTP. Where a gateway serves
 * HTTP for all storages, it is the gateway's.
 */
export interface Member {
  group: string
  storageId: string
  ip: string
  /** Of the FastDFS protocol. */
  port: number
  httpPort: number | null
  isActive: boolean
}

export type ReachableMember = Member & { httpPort: number }

/** Which storages there are and where, asked from the trackers and the storages and remembered for a short while. */
export class AddressBook {
  private readonly client: DfsClient
  private readonly gatewayPort: number | null
  private listed: { value: Promise<Member[]>; until: number } | undefined
  /** By address. Good for one run of a storage: it can only change its port by starting anew. */
  private readonly httpPorts = new Map<string, { upTime: number; httpPort: number }>()

  /** `gatewayPort`: the storages speak only FastDFS, and this is the port of the gateway in front of them. */
  constructor(client: DfsClient, gatewayPort: number | null = null) {
    this.client = client
    this.gatewayPort = gatewayPort
  }

  /** All members of all groups. Throws ApiError c_cluster when one of them is a C FastDFS storage without a gateway. */
  members(): Promise<Member[]> {
    if (this.listed && this.listed.until > Date.now()) return this.listed.value
    const value = this.ask()
    const listed = { value, until: Date.now() + MEMBERS_FRESH_MS }
    this.listed = listed
    value.catch(() => {
      if (this.listed === listed) this.listed = undefined
    })
    return value
  }

  async groups(): Promise<string[]> {
    return [...new Set((await this.members()).map(({ group }) => group))]
  }

  async membersOf(group: string): Promise<Member[]> {
    return (await this.members()).filter((member) => member.group === group)
  }

  async byId(group: string, storageId: string): Promise<Member | undefined> {
    return (await this.membersOf(group)).find((member) => member.storageId === storageId)
  }

  /**
   * The member at an address that a tracker gave. Asks again once when it is new, or was down when it was last asked
   * for: the tracker knows better now.
   */
  async at(group: string, ip: string, port: number): Promise<Member | undefined> {
    const find = (members: Member[]) =>
      members.find((member) => member.group === group && member.ip === ip && member.port === port)
    const asked = this.members()
    const known = find(await asked)
    if (known?.isActive) return known
    // Others may have asked meanwhile: one new list serves all who held the old one.
    if (this.listed?.value === asked) this.listed = undefined
    return find(await this.members())
  }

  /** Where a member served HTTP when it was last heard of; null when that was never. */
  lastHttpPort({ ip, port }: Member): number | null {
    return this.gatewayPort ?? this.httpPorts.get(formatAddress(ip, port))?.httpPort ?? null
  }

  /** Where the storage at this address, up since then, serves HTTP; null: nowhere. Throws when it does not tell. */
  async askHttpPort(address: string, upTime: number): Promise<number | null> {
    const known = this.httpPorts.get(address)
    if (known?.upTime === upTime) return known.httpPort
    const { httpPort } = await this.client.storage(address).status()
    if (httpPort <= 0) return null
    this.httpPorts.set(address, { upTime, httpPort })
    return httpPort
  }

  private async ask(): Promise<Member[]> {
    const groups = await this.client.tracker.listGroups()
    const lists = await Promise.all(groups.map(({ group }) => this.askGroup(group)))
    return lists.flat()
  }

  private async askGroup(group: string): Promise<Member[]> {
    const records = await this.client.tracker.listStorages(group)
    return await Promise.all(
      records.map(async ({ id, ip, storagePort: port, status, upTime }) => {
        const isActive = status === StorageStatus.ACTIVE
        const httpPort = isActive ? await this.httpPort(group, formatAddress(ip, port), upTime) : null
        return { group, storageId: id, ip, port, httpPort, isActive }
      }),
    )
  }

  private async httpPort(group: string, address: string, upTime: number): Promise<number | null> {
    if (this.gatewayPort !== null) return (await this.answers(address)) ? this.gatewayPort : null
    try {
      return await this.askHttpPort(address, upTime)
    } catch (error) {
      if (error instanceof ServerError && error.status === Status.EINVAL) {
        const message = `Storage ${address} of ${group} speaks only FastDFS: set CAIRN_UPLOADS=gateway.`
        // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
        throw new ApiError('c_cluster', message, { cause: error })
      }
      // The tracker notices a dead storage only after a while.
      if (error instanceof ConnectionError) return null
      throw error
    }
  }
  /** The gateway's storages are asked anew each time: it cannot serve what only a dead one has. */
  private async answers(address: string): Promise<boolean> {
    try {
      await this.client.storage(address).activeTest()
      return true
    } catch (error) {
      if (error instanceof ConnectionError) return false
      throw error
    }
  }
}
