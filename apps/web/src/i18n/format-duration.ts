import type { Locale } from './locale.ts'

const words = {
  en: { second: 's', minute: 'min', hour: 'h', day: 'd' },
  'zh-CN': { second: '秒', minute: '分钟', hour: '小时', day: '天' },
} as const

/** A rough duration that does not flicker: "17 s", "2 min", "1 h 20 min", "3 d". Seconds above 20 go in steps of 5. */
export function formatDuration(seconds: number, locale: Locale): string {
  const word = words[locale]
  const whole = Math.max(1, Math.ceil(seconds))
  if (whole <= 20) return `${whole} ${word.second}`
  if (whole < 90) return `${Math.ceil(whole / 5) * 5} ${word.second}`
  const minutes = Math.round(whole / 60)
  if (minutes < 60) return `${minutes} ${word.minute}`
  const rounded = Math.round(minutes / 5) * 5
  const hours = Math.floor(rounded / 60)
  if (hours >= 48) return `${Math.round(hours / 24)} ${word.day}`
  const rest = rounded % 60
  return rest === 0 || hours >= 10 ? `${hours} ${word.hour}` : `${hours} ${word.hour} ${rest} ${word.minute}`
}
