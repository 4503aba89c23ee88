/** `sync_start_time` and `sync_end_time` as minutes of the day, both included; the end may lie on the next day. */
export interface SyncHours {
  readonly startMinute: number
  readonly endMinute: number
}

/** Whether files are sent to peers in this minute of the day. */
export function isSyncTime({ startMinute, endMinute }: SyncHours, minute: number): boolean {
  if (startMinute <= endMinute) return minute >= startMinute && minute <= endMinute
  return minute >= startMinute || minute <= endMinute
}
