import { createTransport } from 'nodemailer'
import { env } from './env.ts'
import { processWide } from './process-wide.ts'

const TIMEOUT_MS = 15_000

export interface Mail {
  to: string
  subject: string
  text: string
}

/** Whether a server for outgoing mail is configured. */
export function canSendMail(): boolean {
  return env().mail !== undefined
}

/** Hands a mail to the configured server. Throws when that does not take it, or when there is none. */
export async function sendMail(mail: Mail): Promise<void> {
  const settings = env().mail
  if (settings === undefined) throw new Error('No mail server is configured (CAIRN_SMTP_URL).')
  const times = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS }
  const transport = processWide('mail', () => createTransport({ url: settings.url, ...times }))
  // Lines as they are: a link that was broken into two does not open.
  await transport.sendMail({ ...mail, from: settings.from, textEncoding: 'base64', disableUrlAccess: true })
}
