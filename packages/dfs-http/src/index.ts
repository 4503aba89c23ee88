// What every HTTP door to stored files has in common, whether the bytes are on its disk or in a cluster behind it.
export { type Logger, logRequest } from './access-log.ts'
export { type ByteRange, RANGES_MAX } from './byte-range.ts'
export { SNIFF_BYTES, sniffContentType } from './content-type.ts'
export { answerPreflight, EXPOSED_HEADERS, isPreflight, setCorsHeaders } from './cors.ts'
export { DownloadAccess } from './download-access.ts'
export { planDownload } from './download-answer.ts'
export {
  type DownloadFacts,
  dispositionOf,
  type FileTimes,
  factsByTicket,
  fileOfPath,
  plainFacts,
} from './download-facts.ts'
export { senderOf } from './forwarded.ts'
export { answerError, HttpError } from './http-error.ts'
export { answerJson, readBody } from './json.ts'
export { type Listener, startListener } from './listener.ts'
export { type RangeSource, sendPlan } from './send-download.ts'
export { crossOriginPolicy } from './site.ts'
export {
  bearerToken,
  checkMember,
  checkTicket,
  checkUploadTicket,
  checkWanted,
  forbidden,
  type Identity,
  type TicketKeys,
} from './ticket-check.ts'
