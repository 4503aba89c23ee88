// What the settings that only the started processes read may be: said before anything is started, in one sentence.
import { isIP } from 'node:net'
import { PlainError } from './plain-error.mjs'

const SECRET_LENGTH_MIN = 16

const isUrl = (text, protocols) => URL.canParse(text) && protocols.includes(new URL(text).protocol)
const isHttp = (text) => isUrl(text, ['http:', 'https:'])
const isBytes = (text) => /^[1-9]\d{0,15}$/.test(text)
const isLongEnough = (text) => text.length >= SECRET_LENGTH_MIN
const all = (isGood) => (text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .every(isGood)

function isNetwork(text) {
  const [ip, prefix = '0', ...rest] = text.split('/')
  const bitsMax = isIP(ip) === 6 ? 128 : 32
  return isIP(ip) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsMax
}

function isOrigin(text) {
  return isHttp(text) && new URL(text).origin === text.replace(/\/$/, '').toLowerCase()
}

/** An address, a template, or a list `100001=https://…`. */
function isStorageUrl(text) {
  const filled = text.replaceAll('{id}', '100001').replaceAll('{ip}', '127.0.0.1').replaceAll('{port}', '8888')
  if (text.includes('{') || !text.includes('=')) return isHttp(filled)
  return all((pair) => isHttp(pair.slice(pair.indexOf('=') + 1).trim()))(text)
}

const RULES = {
  CAIRN_TRACKERS: { isGood: all((item) => /^\S+:\d{1,5}$/.test(item)), form: 'host:port, several separated by commas' },
  CAIRN_ORIGINS: { isGood: all(isOrigin), form: 'addresses like https://drive.example, separated by commas' },
  CAIRN_STORAGE_URL: {
    isGood: isStorageUrl,
    form: 'an address like https://files.example/{id}, or a list like 100001=https://files1.example',
  },
  CAIRN_TRUSTED_PROXIES: { isGood: all(isNetwork), form: 'addresses or networks like 10.0.0.2 or fd00::/8' },
  CAIRN_SIGNUP: {
    isGood: (text) => ['open', 'invitation', 'closed'].includes(text),
    form: 'open, invitation or closed',
  },
  CAIRN_QUOTA_DEFAULT_BYTES: { isGood: isBytes, form: 'a number of bytes' },
  CAIRN_UPLOAD_MAX_BYTES: { isGood: isBytes, form: 'a number of bytes' },
  CAIRN_OIDC_ISSUER: { isGood: isHttp, form: 'an address like https://id.example' },
  CAIRN_SMTP_URL: {
    isGood: (text) => isUrl(text, ['smtp:', 'smtps:']),
    form: 'smtp://user:password@host:587',
    isSecret: true,
  },
  CAIRN_METRICS_TOKEN: { isGood: isLongEnough, form: `at least ${SECRET_LENGTH_MIN} characters`, isSecret: true },
  NEXTAUTH_SECRET: { isGood: isLongEnough, form: `at least ${SECRET_LENGTH_MIN} characters`, isSecret: true },
  DATABASE_URL: {
    isGood: (text) => isUrl(text, ['postgres:', 'postgresql:']),
    form: 'postgresql://user:password@host:5432/database',
    isSecret: true,
  },
}

/** Throws PlainError for the first value that cannot be used. Secrets are not repeated. */
export function requireUsableValues(env) {
  for (const [name, { isGood, form, isSecret }] of Object.entries(RULES)) {
    const value = env[name]
    if (!value || isGood(value)) continue
    throw new PlainError(`${name} must be ${form}${isSecret ? '' : `, not "${value}"`}.`)
  }
  if (env.CAIRN_OIDC_ISSUER && !(env.CAIRN_OIDC_CLIENT_ID && env.CAIRN_OIDC_CLIENT_SECRET)) {
    throw new PlainError('CAIRN_OIDC_ISSUER needs CAIRN_OIDC_CLIENT_ID and CAIRN_OIDC_CLIENT_SECRET too.')
  }
}
