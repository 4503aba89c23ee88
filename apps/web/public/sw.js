// The installed drive without a network: one page that says so, and shows the files that this device keeps
// (src/lib/kept-file.ts). And what other apps of a phone hand over: it is kept until a page of the drive has asked where it
// goes. Nothing else is kept here, no list, no name.
const CACHE = 'cairn-offline-2'
const PAGE = '/offline.html'
const SCRIPT = '/offline.js'
/** As in src/lib/kept-file.ts: a cache for each person. */
const KEPT = 'cairn-kept-'
/** The page comes from here, so that its policy does as well: what people keep is shown, and never run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  'img-src blob:',
  'media-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
/** As in the manifest: where a phone sends what somebody shares with the drive. */
const HANDED_OVER = '/share-target'
/** As in features/uploads/received-files.ts. */
const DATABASE = 'cairn-received'

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([PAGE, SCRIPT].map((path) => new Request(path, { cache: 'reload' })))),
  )
  self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const names = await caches.keys()
    await Promise.all(
      names.filter((name) => name !== CACHE && !name.startsWith(KEPT)).map((name) => caches.delete(name)),
    )
    await self.clients.claim()
  }
  event.waitUntil(tidy())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (origin !== self.location.origin) return
  if (pathname === SCRIPT) event.respondWith(caches.match(SCRIPT).then((script) => script ?? fetch(request)))
  if (request.mode !== 'navigate') return
  if (request.method === 'POST' && pathname === HANDED_OVER) event.respondWith(receive(request))
  else if (pathname === PAGE) event.respondWith(offlinePage())
  else event.respondWith(fetch(request).catch(offlinePage))
})

async function offlinePage() {
  const page = (await caches.match(PAGE)) ?? (await fetch(PAGE))
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY }
  return new Response(page.body, { headers: { ...headers, 'X-Content-Type-Options': 'nosniff' } })
}

/** The page that comes next asks where the files go, whoever is signed in by then. */
async function receive(request) {
  try {
    const form = await request.formData()
    await keep(form.getAll('files').filter((file) => file instanceof File))
    return Response.redirect('/drive', 303)
  } catch {
    // No room on this device, or the app took its files back meanwhile: the page says so.
    return Response.redirect('/drive#not-received', 303)
  }
}

async function keep(files) {
  const database = await opened()
  try {
    await new Promise((resolve, reject) => {
      const change = database.transaction('files', 'readwrite')
      for (const file of files) change.objectStore('files').add({ file, receivedAt: Date.now() })
      change.oncomplete = resolve
      change.onabort = () => reject(change.error)
    })
  } finally {
    database.close()
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore('files', { autoIncrement: true })
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
}
