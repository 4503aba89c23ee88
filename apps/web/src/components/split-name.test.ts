import { expect, test } from 'vitest'
import { extensionOf, nameInSentence, showBidiControls, splitName } from './split-name.ts'

test('the tail keeps the extension and the last word', () => {
  expect(splitName('Harbour at sunrise.jpg')).toEqual({ head: 'Harbour at ', tail: 'sunrise.jpg', isRtl: false })
  expect(splitName('soundings-raw-2026.tar.zst')).toEqual({
    head: 'soundings-raw-',
    tail: '2026.tar.zst',
    isRtl: false,
  })
  expect(splitName('Minutes of the joint meeting, revised (draft 4).docx').tail).toBe('(draft 4).docx')
  expect(splitName('Survey boat, day 2.jpg').tail).toBe('day 2.jpg')
})

test('head and tail are the whole name', () => {
  for (const name of [
    '潮位观测数据_2026年第三季度_修订版.xlsx',
    'a-very-long-name-without-extension',
    'x'.repeat(90),
  ]) {
    const { head, tail } = splitName(name)
    expect(head + tail).toBe(name)
  }
})

test('a short name and a name of two directions are not cut', () => {
  expect(splitName('tide_model.py')).toEqual({ head: 'tide_model.py', tail: '', isRtl: false })
  expect(splitName('Report تقرير المسح الساحلي ٢٠٢٦.pdf')).toMatchObject({ tail: '', isRtl: false })
})

test('a name that reads from the right keeps its extension', () => {
  const name = 'تقرير المسح الساحلي ٢٠٢٦'
  expect(splitName(`${name}.pdf`)).toEqual({ head: name, tail: '.pdf', isRtl: true })
  expect(splitName(name)).toEqual({ head: name, tail: '', isRtl: true })
})

test('a name without a word boundary near its end keeps a few letters and the extension', () => {
  const { tail } = splitName('abcdefghijklmnopqrstuvwxyz0123456789.jpeg')
  expect(tail).toBe('6789.jpeg')
})

test('an override cannot hide the real extension', () => {
  expect(showBidiControls('invoice\u202efdp.exe')).toBe('invoice⟨RLO⟩fdp.exe')
})

test('a short Chinese word is a word', () => {
  expect(splitName('潮位观测数据_2026年第三季度_修订版.xlsx').tail).toBe('修订版.xlsx')
})

test('extensions: compound ones count as one, dotfiles have none', () => {
  expect(extensionOf('a.TAR.GZ')).toBe('tar.gz')
  expect(extensionOf('Photo.JPG')).toBe('jpg')
  expect(extensionOf('.bashrc')).toBe('')
  expect(extensionOf('README')).toBe('')
})

test('a sentence keeps its words beside a name of 255 bytes, and the name its extension', () => {
  const short = nameInSentence(`${'a'.repeat(251)}.txt`)
  expect(short).toMatch(/^a{30,}…aaaa\.txt$/)
  expect(short.length).toBeLessThanOrEqual(49)
  expect(nameInSentence('长'.repeat(85))).toBe(`${'长'.repeat(20)}…${'长'.repeat(4)}`)
  expect(nameInSentence('Harbour at sunrise.jpg')).toBe('Harbour at sunrise.jpg')
})

test('a right-to-left name does not turn the sentence around it, and keeps its extension', () => {
  expect(nameInSentence('ملف.pdf')).toBe('\u2068ملف.pdf\u2069')
  expect(nameInSentence(`${'ملف '.repeat(30)}.pdf`)).toMatch(/….*\.pdf\u2069$/)
})

test('what people see as one character is not torn', () => {
  const family = '👩‍👩‍👧‍👦'
  const short = nameInSentence(family.repeat(8))
  expect(short.split('…')[0]?.replaceAll(family, '')).toBe('')
})
