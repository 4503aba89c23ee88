import { NextIntlClientProvider } from 'next-intl'
import { getMessages } from 'next-intl/server'
import type { ReactNode } from 'react'
import { namespacesOf, type Section } from './sections.ts'

/** Gives the components below it that run in the browser the messages of their part of the application, and no others. */
export async function SectionMessages({ section, children }: { section: Section; children: ReactNode }) {
  const wanted: readonly string[] = namespacesOf[section]
  const messages = Object.fromEntries(Object.entries(await getMessages()).filter(([name]) => wanted.includes(name)))
  return <NextIntlClientProvider messages={messages}>{children}</NextIntlClientProvider>
}
