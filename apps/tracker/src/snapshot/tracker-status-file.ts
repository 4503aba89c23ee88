import { parseSections, SectionReader } from './sections.ts'

export const TRACKER_STATUS_FILE = '.tracker_status'

/** Trackers compare these when they look for a leader: who ran longest, and whose break was shortest. Unix seconds. */
export interface TrackerStatus {
  upTime: number
  lastCheckTime: number
}

export function formatTrackerStatus({ upTime, lastCheckTime }: TrackerStatus): string {
  return `up_time=${upTime}\nlast_check_time=${lastCheckTime}\n`
}

export function parseTrackerStatus(text: string | undefined, file: string): TrackerStatus | undefined {
  if (text === undefined) return
  const [section] = parseSections(`[Status]\n${text}`, file)
  if (section === undefined) return
  const reader = new SectionReader(section, file)
  return { upTime: reader.integer('up_time'), lastCheckTime: reader.integer('last_check_time') }
}
