import { storableTime } from '../../lib/storable-time.ts'
import type { ContentHasher } from './content-hasher.ts'
import { senderId } from './device-id.ts'
import { factsOf } from './file-facts.ts'
import { HEAD_BYTES } from './possession.ts'
import type { UploadPlan } from './preflight-plan.ts'
import { PREFLIGHT_BATCH_MAX } from './rules.ts'
import type { Preflight, PreflightKind } from './schema.ts'
import { preflight, refusalOf } from './upload-api.ts'
import type { ChosenFile } from './upload-job.ts'

/** Reading the heads of more files than this takes longer than sending a few of them in vain. */
const PROBES_MAX = 500
const ASKED_AT_ONCE = 4
/** Of fewer files each question is smaller: the server looks at some while the browser reads the sizes of others. */
const ASKED_MIN = 250

/** Hears how many were asked about, and of how many; false: nobody wants to know it any more. */
type OnSeen = (done: number, all: number) => boolean

/**
 * What uploading these files would mean. First by names and sizes alone; only those that look like something the person
 * has are then asked about with their heads. Null when the server cannot say: then the uploads just start.
 */
export async function askPreflight(
  hasher: ContentHasher,
  folderId: string,
  chosen: readonly ChosenFile[],
  onSeen: OnSeen,
): Promise<UploadPlan | 'unwanted' | null> {
  try {
    const first = await askAll(folderId, chosen, onSeen)
    if (first === null || first === 'unwanted') return first
    const open = chosen.filter(({ file }, index) => headTells(first.kinds[index], factsOf(file).size))
    if (open.length === 0 || open.length > PROBES_MAX) return planOf(chosen, first)
    const probed = new Map<ChosenFile, ChosenFile>()
    for (const each of open) {
      const probe = await hasher.probe(each.file)
      probed.set(each, probe === null ? each : { ...each, probe })
    }
    const second = await askAll(folderId, [...probed.values()], () => onSeen(chosen.length, chosen.length))
    if (second === 'unwanted') return second
    const kinds = new Map([...probed.keys()].map((each, index) => [each, second?.kinds[index]]))
    const sure = chosen.map((each, index): PreflightKind => kinds.get(each) ?? first.kinds[index] ?? 'new')
    return planOf(
      chosen.map((each) => probed.get(each) ?? each),
      { ...first, kinds: sure },
    )
  } catch (error) {
    refusalOf(error)
    return null
  }
}

/** Of a small file with a taken name the head says more than its time: it is all of it. */
function headTells(kind: PreflightKind | undefined, size: number): boolean {
  return kind === 'instant' || kind === 'identical' || (kind === 'taken' && size <= HEAD_BYTES)
}

function planOf(chosen: readonly ChosenFile[], { kinds, freeBytes, trashDays }: Preflight): UploadPlan {
  return { files: chosen.map((each, index) => ({ ...each, kind: kinds[index] ?? 'new' })), freeBytes, trashDays }
}

/** Several batches at a time: a drop of a hundred thousand files is a hundred questions. */
async function askAll(
  folderId: string,
  chosen: readonly ChosenFile[],
  onSeen: OnSeen,
): Promise<Preflight | 'unwanted' | null> {
  const answers: Preflight[] = []
  const share = Math.ceil(chosen.length / ASKED_AT_ONCE)
  const size = Math.min(PREFLIGHT_BATCH_MAX, Math.max(ASKED_MIN, share))
  let next = 0
  let done = 0
  let wanted = true
  const ask = async () => {
    for (let first = next; first < chosen.length && wanted; first = next) {
      next += size
      const batch = chosen.slice(first, first + size)
      answers[first / size] = await preflight({ device: senderId(), folderId, items: batch.map(itemOf) })
      done += batch.length
      wanted = onSeen(done, chosen.length)
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask))
  if (!wanted) return 'unwanted'
  const last = answers.at(-1)
  return last === undefined ? null : { ...last, kinds: answers.flatMap(({ kinds }) => kinds) }
}

function itemOf({ file, path, probe }: ChosenFile) {
  const { name } = file
  const { size, lastModified } = factsOf(file)
  const modifiedAt = storableTime(lastModified)
  return { name, size, modifiedAt, ...(path === '' ? {} : { path }), ...(probe === undefined ? {} : { probe }) }
}
