import type { Group } from '../cluster/cluster.ts'
import { isGroupName } from '../cluster/storage-ids.ts'
import type { TrunkState } from '../cluster/trunk-state.ts'
import { formatSection, numberedSections, parseSections, sectionName } from './sections.ts'

export const GROUPS_FILE = 'storage_groups_new.dat'

export interface SavedGroup {
  name: string
  port: number
  storePathCount: number
  subdirCount: number
  trunk: Pick<TrunkState, 'currentFileId' | 'server' | 'lastServer'>
}

export function formatGroups(groups: readonly Group[]): string {
  let text = `${formatSection('Global', [['group_count', groups.length]])}\n`
  for (const [index, group] of groups.entries()) {
    const section = formatSection(sectionName('Group', index), [
      ['group_name', group.name],
      ['storage_port', group.port],
      ['store_path_count', group.storePathCount],
      ['subdir_count_per_path', group.subdirCount],
      ['current_trunk_file_id', group.trunk.currentFileId],
      ['trunk_server', group.trunk.server],
      ['last_trunk_server', group.trunk.lastServer],
    ])
    text += `# group: ${group.name}\n${section}\n`
  }
  return text
}

export function parseGroups(text: string, file: string): SavedGroup[] {
  const names = new Set<string>()
  return numberedSections(parseSections(text, file), 'Group', file).map((section) => {
    const name = section.text('group_name')
    if (!isGroupName(name) || names.has(name)) throw section.error('group_name', `group_name=${name}`)
    names.add(name)
    return {
      name,
      port: section.integer('storage_port', -1),
      storePathCount: section.integer('store_path_count'),
      subdirCount: section.integer('subdir_count_per_path'),
      trunk: {
        currentFileId: section.integer('current_trunk_file_id'),
        server: section.text('trunk_server'),
        lastServer: section.text('last_trunk_server'),
      },
    }
  })
}
