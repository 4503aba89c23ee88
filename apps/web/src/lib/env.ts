import { isIP } from 'node:net'
import { z } from 'zod'

const DEFAULT_QUOTA_BYTES = 100_000_000_000
const DEFAULT_PORT = 3000
const DEFAULT_GATEWAY_PORT = 8880

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item.length > 0),
)
const isAddressOrNetwork = (text: string) => {
  const [ip = '', prefix = '0', ...rest] = text.split('/')
  return (
    rest.length === 0 && isIP(ip) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIP(ip) === 6 ? 128 : 32)
  )
}
const port = z.coerce.number().int().min(1).max(65_535)
const optionalBytes = z.coerce.number().int().positive().optional()
// Start scripts pass a variable that nobody set as an empty text.
const orUnset = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema)

const envSchema = z.object({
  DATABASE_URL: z.string().min(1),
  NEXTAUTH_SECRET: z.string().min(16, 'needs at least 16 characters'),
  CAIRN_TRACKERS: commaList.pipe(z.array(z.string().regex(/^\S+:\d+$/, 'is not host:port')).min(1)),
  CAIRN_KEYS: z.string().min(1),
  CAIRN_STORAGE_URL: orUnset(z.string().optional()),
  CAIRN_UPLOADS: orUnset(z.enum(['storages', 'gateway']).default('storages')),
  CAIRN_GATEWAY_PORT: orUnset(port.default(DEFAULT_GATEWAY_PORT)),
  CAIRN_GATEWAY_HOST: z.string().default(''),
  CAIRN_ORIGINS: orUnset(commaList.pipe(z.array(z.url())).optional()),
  CAIRN_UPLOAD_MAX_BYTES: orUnset(optionalBytes),
  CAIRN_QUOTA_DEFAULT_BYTES: orUnset(optionalBytes),
  CAIRN_SIGNUP: orUnset(z.enum(['open', 'invitation', 'closed']).default('open')),
  CAIRN_TRUSTED_PROXIES: orUnset(
    commaList.pipe(z.array(z.string().refine(isAddressOrNetwork, 'is not an address or a network'))).optional(),
  ),
  CAIRN_OIDC_ISSUER: orUnset(z.url().optional()),
  CAIRN_OIDC_CLIENT_ID: orUnset(z.string().optional()),
  CAIRN_OIDC_CLIENT_SECRET: orUnset(z.string().optional()),
  CAIRN_OIDC_NAME: orUnset(z.string().max(60).default('OpenID')),
  CAIRN_OIDC_SCOPES: orUnset(z.string().default('openid email profile')),
  CAIRN_SMTP_URL: orUnset(z.url({ protocol: /^smtps?$/ }).optional()),
  CAIRN_MAIL_FROM: orUnset(z.string().optional()),
  CAIRN_METRICS_TOKEN: orUnset(z.string().min(16, 'needs at least 16 characters').optional()),
  NODE_ENV: z.string().optional(),
  PATH: z.string().default(''),
  PORT: orUnset(port.default(DEFAULT_PORT)),
})

export interface Env {
  databaseUrl: string
  secret: string
  trackers: readonly string[]
  /** Path of the file with the master keys. */
  keysPath: string
  /** Template or list of the addresses at which browsers reach the storages; see storage-url.ts. */
  storageUrl: string | undefined
  /** Where the gateway listens ('' for all addresses), in front of storages that speak only FastDFS; undefined with Cairn's own. */
  gateway: { port: number; host: string } | undefined
  /** The origins of this web application itself, 'https://drive.example'. */
  origins: readonly string[]
  uploadMaxBytes: number | undefined
  quotaDefaultBytes: number
  signup: 'open' | 'invitation' | 'closed'
  /** Addresses or networks of the proxies in front, whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[]
  /** PATH, where ffmpeg is looked for. */
  toolsPath: string
  /** The sign-in service that people may use beside passwords. */
  oidc: OidcSettings | undefined
  /** Where mail is handed over, smtp://user:password@host:587, and who it comes from; without it none is sent. */
  mail: { url: string; from: string } | undefined
  /** What Prometheus on another machine shows to read /metrics. */
  metricsToken: string | undefined
  /** `next dev`: React needs eval there. */
  development: boolean
}

interface OidcSettings {
  /** Without a slash at its end. */
  issuer: string
  clientId: string
  clientSecret: string
  name: string
  scopes: string
}

function oidcOf(values: z.infer<typeof envSchema>): OidcSettings | undefined {
  const issuer = values.CAIRN_OIDC_ISSUER
  if (issuer === undefined) return undefined
  const [clientId, clientSecret] = [values.CAIRN_OIDC_CLIENT_ID, values.CAIRN_OIDC_CLIENT_SECRET]
  if (clientId === undefined || clientSecret === undefined) {
    throw new Error('CAIRN_OIDC_ISSUER needs CAIRN_OIDC_CLIENT_ID and CAIRN_OIDC_CLIENT_SECRET.')
  }
  const { CAIRN_OIDC_NAME: name, CAIRN_OIDC_SCOPES: scopes } = values
  return { issuer: issuer.replace(/\/$/, ''), clientId, clientSecret, name, scopes }
}

function gatewayOf(values: z.infer<typeof envSchema>): Env['gateway'] {
  if (values.CAIRN_UPLOADS === 'storages') return undefined
  return { port: values.CAIRN_GATEWAY_PORT, host: values.CAIRN_GATEWAY_HOST }
}

function mailOf(values: z.infer<typeof envSchema>, host: string): Env['mail'] {
  const url = values.CAIRN_SMTP_URL
  return url === undefined ? undefined : { url, from: values.CAIRN_MAIL_FROM ?? `Cairn <cairn@${host}>` }
}

function readEnv(): Env {
  const parsed = envSchema.safeParse(process.env)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The environment is not complete. ${problems.join('; ')}`)
  }
  const values = parsed.data
  const own = values.CAIRN_ORIGINS ?? [`http://localhost:${values.PORT}`, `http://127.0.0.1:${values.PORT}`]
  // next-auth takes the address from the request (which auth-route.ts checks against the origins), not from here.
  delete process.env['NEXTAUTH_URL']
  process.env['AUTH_TRUST_HOST'] = '1'
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    secret: values.NEXTAUTH_SECRET,
    trackers: values.CAIRN_TRACKERS,
    keysPath: values.CAIRN_KEYS,
    storageUrl: values.CAIRN_STORAGE_URL,
    gateway: gatewayOf(values),
    origins: own.map((origin) => new URL(origin).origin),
    uploadMaxBytes: values.CAIRN_UPLOAD_MAX_BYTES,
    quotaDefaultBytes: values.CAIRN_QUOTA_DEFAULT_BYTES ?? DEFAULT_QUOTA_BYTES,
    signup: values.CAIRN_SIGNUP,
    trustedProxies: values.CAIRN_TRUSTED_PROXIES ?? [],
    toolsPath: values.PATH,
    oidc: oidcOf(values),
    mail: mailOf(values, new URL(own[0] ?? 'http://localhost').hostname),
    metricsToken: values.CAIRN_METRICS_TOKEN,
    development: values.NODE_ENV === 'development',
  })
}

let current: Env | undefined

/** The settings of this process. Read at the first use and not at import, because `next build` imports every route. */
export function env(): Env {
  current ??= readEnv()
  return current
}
