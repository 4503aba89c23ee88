// The installed drive without a network: one page that says so. And what other apps of a phone hand over: it is kept until
// a page of the drive has asked where it goes. Nothing else is kept here, no file of the drive, no list, no name.
const CACHE = 'cairn-offline-1'
const PAGE = '/offline.html'
/** As in the manifest: where a phone sends what somebody shares with the drive. */
const HANDED_OVER = '/share-target'
/** As in features/uploads/received-files.ts. */
const DATABASE = 'cairn-received'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(new Request(PAGE, { cache: 'reload' }))))
  self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const names = await caches.keys()
    await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))
    await self.clients.claim()
  }
  event.waitUntil(tidy())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.mode !== 'navigate') return
  const isHandedOver = request.method === 'POST' && new URL(request.url).pathname === HANDED_OVER
  event.respondWith(isHandedOver ? receive(request) : fetch(request).catch(() => caches.match(PAGE)))
})

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
