import type { Conf } from '@cairn/dfs-core/conf'

/** Keys of http.conf and mod_fastdfs.conf, which storage.conf may include. */
export interface PlainLinkConfig {
  /** `http.anti_steal.secret_key` */
  readonly secretKey: string
  /** `http.anti_steal.token_ttl` */
  readonly tokenTtlSeconds: number
  /** `http.anti_steal.token_check_fail`: a file that is sent instead. */
  readonly tokenCheckFail: string | null
  /** `http.multi_range.enabled` */
  readonly multiRange: boolean
  /** `http.default_content_type` */
  readonly defaultContentType: string
  /** `http.mime_types_filename`; null: a short list. */
  readonly mimeTypesFile: string | null
  /** `response_mode`: what is done for a file that has not come here yet. */
  readonly responseMode: 'proxy' | 'redirect'
  /** `storage_sync_file_max_delay`: an older file is everywhere, or nowhere. */
  readonly syncMaxDelaySeconds: number
}

export const plainLinkDefaults: PlainLinkConfig = {
  secretKey: '',
  tokenTtlSeconds: 600,
  tokenCheckFail: null,
  multiRange: true,
  defaultContentType: 'application/octet-stream',
  mimeTypesFile: null,
  responseMode: 'proxy',
  syncMaxDelaySeconds: 86_400,
}

/** ConfError where `http_access = anti_steal` and there is no key. */
export function readPlainLinks(conf: Conf): PlainLinkConfig {
  const d = plainLinkDefaults
  const isNeeded = conf.text('http_access', 'ticket') === 'anti_steal'
  return {
    secretKey: isNeeded
      ? conf.text('http.anti_steal.secret_key')
      : conf.text('http.anti_steal.secret_key', d.secretKey),
    tokenTtlSeconds: conf.integer('http.anti_steal.token_ttl', { min: 1, fallback: d.tokenTtlSeconds }),
    tokenCheckFail: conf.has('http.anti_steal.token_check_fail') ? conf.path('http.anti_steal.token_check_fail') : null,
    multiRange: conf.boolean('http.multi_range.enabled', d.multiRange),
    defaultContentType: conf.text('http.default_content_type', d.defaultContentType),
    mimeTypesFile: conf.has('http.mime_types_filename') ? conf.path('http.mime_types_filename') : null,
    responseMode: conf.choice('response_mode', ['proxy', 'redirect'], d.responseMode),
    syncMaxDelaySeconds: conf.integer('storage_sync_file_max_delay', { min: 0, fallback: d.syncMaxDelaySeconds }),
  }
}
