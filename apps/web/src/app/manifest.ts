import type { MetadataRoute } from 'next'
import { english } from '../../messages/en/index.ts'

/** What a phone needs to install the drive. Asked for without cookies, so there is no language to choose by. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: '/drive',
    name: english.shell.title,
    short_name: english.shell.title,
    description: english.shell.tagline,
    start_url: '/drive',
    scope: '/',
    display: 'standalone',
    background_color: '#f4f4f1',
    theme_color: '#f4f4f1',
    categories: ['productivity', 'utilities'],
    // Caught by public/sw.js: nothing of it goes to the server before the person said where it goes.
    share_target: {
      action: '/share-target',
      method: 'POST',
      enctype: 'multipart/form-data',
      params: { files: [{ name: 'files', accept: ['*/*'] }] },
    },
    icons: [
      { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  }
}
