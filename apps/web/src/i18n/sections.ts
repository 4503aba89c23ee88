import type { english } from '../../messages/en/index.ts'

type Namespace = keyof typeof english

/**
 * What the browser needs of the messages, by part of the application: they travel inside the page, and nobody who lists a
 * folder needs those of the administration. A test finds out what each part uses.
 */
export const namespacesOf = {
  everywhere: ['common', 'shell'],
  door: ['auth'],
  drive: [
    'admin',
    'auth',
    'change',
    'common',
    'details',
    'drive',
    'editor',
    'jobs',
    'kept',
    'keyboard',
    'labels',
    'places',
    'preview',
    'search',
    'shares',
    'shell',
    'trash',
    'uploadError',
    'uploads',
    'visitor',
  ],
  settings: ['account', 'auth', 'common', 'kept', 'shell'],
  admin: [
    'admin',
    'adminGroups',
    'adminJobs',
    'adminSettings',
    'adminShares',
    'audit',
    'capacity',
    'common',
    'drive',
    'people',
  ],
  visitor: ['auth', 'common', 'preview', 'shell', 'visitor'],
} as const satisfies Record<string, readonly Namespace[]>

export type Section = keyof typeof namespacesOf
