// `npm run bench -- --only uploads`: many small files through a browser, one large file beside a plain HTTP PUT, and
// many uploads at once whose copies are all compared. Only when it is named: `--part queue --files 100000 --bytes 2048`, a
// folder with very many files dropped on the page.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { benchLargeUpload } from './large-upload.ts'
import { benchParallelUploads } from './parallel-uploads.ts'
import { benchQueueUploads } from './queue-uploads.ts'
import { benchSmallUploads } from './small-uploads.ts'
import { startUploadDrive } from './upload-drive.ts'

const USUAL_PARTS = ['small', 'large', 'parallel']
const PARTS = [...USUAL_PARTS, 'queue']
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    bytes: { type: 'string', default: '10240' },
    arrive: { type: 'string', default: '2000' },
    browsers: { type: 'string', default: '200' },
    folder: { type: 'string', default: os.tmpdir() },
    part: { type: 'string', multiple: true, default: USUAL_PARTS },
  },
})
const unknown = values.part.find((part) => !PARTS.includes(part))
if (unknown !== undefined) throw new Error(`--part is one of ${PARTS.join(', ')}, not "${unknown}"`)

function numberOf(name: 'files' | 'bytes' | 'browsers' | 'arrive'): number {
  const number = Number(values[name])
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name} wants a positive number, not "${values[name]}"`)
  return number
}

const [files, bytes, browsers] = [numberOf('files'), numberOf('bytes'), numberOf('browsers')]
const arrive = numberOf('arrive')
const folder = mkdtempSync(path.join(values.folder, 'cairn-bench-uploads-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const drive = await startUploadDrive(folder)
try {
  if (values.part.includes('small')) await benchSmallUploads(drive, { files, bytes, folder })
  if (values.part.includes('large')) await benchLargeUpload(drive, folder)
  if (values.part.includes('parallel')) await benchParallelUploads(drive, browsers)
  if (values.part.includes('queue')) await benchQueueUploads(drive, { files, bytes, folder, arrive })
} finally {
  await drive.close()
}
