import { useTranslations } from 'next-intl'
import { useFormat } from '../../i18n/use-format.ts'
import type { AuditItem } from './schema.ts'
import { storageStateNamed } from './storage-state.ts'
import { useTaskName } from './use-task-name.ts'

type Detail = AuditItem['detail']

/** Settings by their keys, as their page calls them. */
const settings = {
  signup: 'signup',
  quotaDefaultBytes: 'quota',
  uploadMaxBytes: 'uploadMax',
  trashDays: 'trashDays',
  instantScope: 'instant',
  instantMinHolders: 'holders',
} as const
const signups = ['open', 'invitation', 'closed'] as const
const scopes = ['site', 'person', 'off'] as const
const ways = ['password', 'code', 'oidc'] as const

/** What a line of the audit log is about, and what there is to tell of it, in words; what has none as it is kept. */
export function useAuditWords() {
  const t = useTranslations('audit')
  const set = useTranslations('adminSettings')
  const people = useTranslations('people')
  const capacity = useTranslations('capacity')
  const taskName = useTaskName()
  const format = useFormat()
  const from = (detail: Detail, word: (value: unknown) => string) =>
    t('fromTo', { from: word(detail['from']), to: word(detail['to']) })

  const settingWord = (key: string | null) => (value: unknown) => {
    const [signup, scope] = [signups.find((one) => one === value), scopes.find((one) => one === value)]
    if (key === 'signup' && signup !== undefined) return set(`signupChoice_${signup}`)
    if (key === 'instantScope' && scope !== undefined) return set(`instantChoice_${scope}`)
    if (key === 'uploadMaxBytes' && value === null) return set('noLimit')
    if (value === null) return '–'
    return key?.endsWith('Bytes') && typeof value === 'number' ? format.size(value) : plain(value)
  }
  const roleWord = (value: unknown) => people(value === 'admin' ? 'roleAdmin' : 'roleUser')
  const sizeWord = (value: unknown) => (typeof value === 'number' ? format.size(value) : plain(value))
  const stateWord = (value: unknown) => capacity(`state_${storageStateNamed(String(value))}`)

  const detailText = ({ action, target, detail }: AuditItem): string => {
    const way = ways.find((one) => one === detail['by'])
    if (way !== undefined) return t(`by_${way}`)
    switch (action) {
      case 'person.register':
        return t(detail['invited'] === true ? 'invited' : 'notInvited')
      case 'person.quota':
        return from(detail, sizeWord)
      case 'person.role':
        return from(detail, roleWord)
      case 'person.group':
        return typeof detail['to'] === 'string' ? detail['to'] : t('noGroup')
      case 'setting.change':
        return from(detail, settingWord(target))
      case 'storage.state':
        return detail['from'] === null ? stateWord(detail['to']) : from(detail, stateWord)
      case 'storage.aside_retry':
      case 'storage.aside_dismiss':
        return t('setAside', { n: Number(detail['changes']) })
      case 'claim.granted':
      case 'claim.refused':
        return t('content', { size: sizeWord(detail['size']), hash: plain(detail['sha256']) })
      default:
        return keptText(detail)
    }
  }
  const targetText = ({ targetKind, target }: AuditItem): string | null => {
    if (targetKind === 'task' && target !== null) return taskName(target)
    const known = Object.entries(settings).find(([key]) => targetKind === 'setting' && key === target)
    return known === undefined ? target : set(known[1])
  }
  return { detailText, targetText }
}

const plain = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** As exports have it. The database keeps no order of its own: what was comes before what is. */
export function keptText(detail: Detail): string {
  return Object.entries(detail)
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([key, value]) => `${key}: ${plain(value)}`)
    .join(', ')
}
