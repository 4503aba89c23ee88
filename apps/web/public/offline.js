// The files that this device keeps (src/lib/kept-file.ts), with a network or without. Nothing of them is ever a page or a
// script: pictures, films and sounds are shown by their elements, text as text, everything else is only saved.

const KEPT = 'cairn-kept-'
const FACTS_HEADER = 'Cairn-Kept'
const TEXT_BYTES_MAX = 1024 * 1024

const dialog = document.querySelector('dialog')
const stage = document.querySelector('.stage')
const header = document.querySelector('header')

async function readKept() {
  if (!('caches' in window)) return []
  const names = (await caches.keys()).filter((name) => name.startsWith(KEPT))
  const answers = await Promise.all(names.map(async (name) => await (await caches.open(name)).matchAll()))
  const files = answers.flat().map((answer) => {
    return { answer, facts: JSON.parse(decodeURIComponent(answer.headers.get(FACTS_HEADER))) }
  })
  return files.sort((a, b) => a.facts.name.localeCompare(b.facts.name))
}

function isolated(name) {
  return Object.assign(document.createElement('bdi'), { textContent: name })
}

function sizeText(bytes) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const unit = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** unit
  return `${new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 }).format(value)} ${units[unit]}`
}

function row({ facts, answer }) {
  const button = Object.assign(document.createElement('button'), { type: 'button' })
  const name = document.createElement('b')
  name.append(isolated(facts.name))
  const date = new Date(facts.modifiedAt).toLocaleDateString()
  button.append(name, `${sizeText(facts.size)} · ${date}`)
  button.addEventListener('click', () => show({ facts, answer }))
  const line = document.createElement('li')
  line.append(button)
  return line
}

async function show({ facts, answer }) {
  const { name, contentType, size } = facts
  const [kind] = contentType.split('/')
  // A drawing may hold a script: as any other type that is not a picture for certain, it is only saved.
  const isShown = ['image', 'video', 'audio'].includes(kind) && !contentType.startsWith('image/svg')
  const content = await answer.clone().blob()
  const url = URL.createObjectURL(new Blob([content], { type: isShown ? contentType : 'application/octet-stream' }))
  document.querySelector('#name').replaceChildren(isolated(name))
  const save = Object.assign(document.createElement('a'), { href: url, download: name, textContent: 'Save · 保存' })
  header.append(save)
  stage.replaceChildren()
  if (isShown) {
    const element = Object.assign(document.createElement(kind === 'image' ? 'img' : kind), { src: url })
    if (kind === 'image') element.alt = name
    else element.controls = true
    stage.append(element)
  } else if ((kind === 'text' || contentType === 'application/json') && size <= TEXT_BYTES_MAX) {
    stage.append(Object.assign(document.createElement('pre'), { textContent: await content.text(), tabIndex: 0 }))
  } else {
    stage.append(isolated(`${name} · ${sizeText(size)}`))
  }
  dialog.showModal()
  const end = () => {
    URL.revokeObjectURL(url)
    save.remove()
    stage.replaceChildren()
  }
  dialog.addEventListener('close', end, { once: true })
}

async function start() {
  const isOwnPage = window.location.pathname === '/offline.html'
  if (isOwnPage) {
    document.querySelector('#offline').hidden = navigator.onLine
    // In place of no other page: there is nothing to try again.
    document.querySelector('#again').replaceChildren('Cairn')
    document.querySelector('#again').href = '/drive'
  }
  document.querySelector('#back').addEventListener('click', () => dialog.close())
  const files = await readKept()
  document.querySelector('#kept ul').replaceChildren(...files.map(row))
  document.querySelector('#kept').hidden = files.length === 0
  const asked = files.find(({ facts }) => isOwnPage && `#${facts.id}` === window.location.hash)
  if (asked !== undefined) await show(asked)
}

void start()
