import type { BinlogPosition } from '../disk/binlog-files.ts'
import type { Mark } from '../disk/mark-file.ts'
import type { Front } from '../engine/sync-plan.ts'

/** The mark of one run: moves with what has arrived, and is written once a second or after so many records. */
export interface MarkKeeper {
  readonly mark: Mark
  /** One more line was looked at. */
  scanned(): void
  /** One more record was delivered. */
  sent(): void
  reached(front: Front<BinlogPosition> | null): void
  historyDone(): void
  saveIfDue(): void
  /** Resolves when the present mark is on disk. */
  save(): Promise<void>
}

export interface MarkKeeperOptions {
  readonly mark: Mark
  readonly config: { readonly markFileFrequency: number }
  readonly logger: { warn(details: object, message: string): void }
  saveMark(mark: Mark): Promise<void>
}

export function createMarkKeeper({ mark: start, config, logger, saveMark }: MarkKeeperOptions): MarkKeeper {
  let mark = start
  let saved = start
  let saving: Promise<void> | null = null
  let scanRows = start.scanRowCount
  let syncRows = start.syncRowCount

  const save = async (): Promise<void> => {
    while (saving !== null) await saving
    if (mark === saved) return
    const wanted = mark
    saving = saveMark(wanted)
    try {
      await saving
      saved = wanted
    } finally {
      saving = null
    }
    await save()
  }
  const saveIfDue = () => {
    if (saving !== null || mark === saved) return
    save().catch((error: unknown) => logger.warn({ err: error }, 'a mark file cannot be written'))
  }
  return {
    get mark() {
      return mark
    },
    // Counts alone are no reason to write the file: these two change the mark with the next place that is reached.
    scanned() {
      scanRows += 1
    },
    sent() {
      syncRows += 1
    },
    reached(front) {
      if (front === null || (front.end.index === mark.index && front.end.offset === mark.offset)) return
      mark = { ...mark, ...front.end, scanRowCount: scanRows, syncRowCount: syncRows }
      if (syncRows - saved.syncRowCount >= config.markFileFrequency) saveIfDue()
    },
    historyDone() {
      mark = { ...mark, syncOldDone: true }
    },
    saveIfDue,
    save,
  }
}
