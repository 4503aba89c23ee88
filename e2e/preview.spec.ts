import { expect, type Locator, type Page } from '@playwright/test'
import { chooseFiles, row, textFile } from './drive-page.ts'
import { test } from './drive-test.ts'
import { reload } from './living-page.ts'
import { chinesePdf, pdf, picture, sound, zip } from './made-files.ts'
import { copyLink } from './share-link.ts'

const red = picture('a red.png', [200, 30, 30])
const green = picture('b green.png', [30, 160, 60])
const blue = picture('c blue.png', [30, 60, 200])

async function upload(page: Page, files: Parameters<typeof chooseFiles>[1], last: string): Promise<void> {
  await chooseFiles(page, files)
  await expect(row(page, last)).toBeVisible()
}

function preview(page: Page, name: string): Locator {
  return page.getByRole('dialog', { name })
}

async function open(page: Page, name: string): Promise<Locator> {
  await row(page, name).click()
  await page.keyboard.press('Space')
  await expect(preview(page, name)).toBeVisible()
  return preview(page, name)
}

async function isDrawn(image: Locator): Promise<boolean> {
  return await image.evaluate((element) => element instanceof HTMLImageElement && element.naturalWidth > 0)
}

test('thumbnails appear after an upload, in the list and in the grid', async ({ page }) => {
  await upload(page, [red], red.name)
  const inList = row(page, red.name).locator('img')
  await expect(inList).toBeVisible()
  await expect.poll(() => isDrawn(inList)).toBe(true)
  await page.keyboard.press('v')
  const inGrid = page.getByRole('gridcell', { name: red.name }).locator('img')
  await expect.poll(() => isDrawn(inGrid)).toBe(true)
})

test('pictures are walked through by keyboard, enlarged, and left at the same place', async ({ page }) => {
  await upload(page, [red, green, blue], blue.name)
  const first = await open(page, red.name)
  await expect(first).toContainText('1 of 3')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(preview(page, blue.name)).toContainText('3 of 3')
  await page.keyboard.press('ArrowLeft')
  const second = preview(page, green.name)
  const image = second.getByRole('img', { name: green.name })
  await expect(image).toHaveAttribute('data-scale', '1.00')
  await page.keyboard.press('+')
  await expect(image).toHaveAttribute('data-scale', '1.50')
  await page.keyboard.press('0')
  await expect(image).toHaveAttribute('data-scale', '1.00')
  await reload(page)
  await expect(preview(page, green.name)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(preview(page, green.name)).toBeHidden()
  await expect(page).not.toHaveURL(/preview=/)
  await expect(row(page, green.name)).toBeFocused()
})

test('a picture that is higher than the window is shown whole', async ({ page }) => {
  const tall = picture('tall.png', [120, 60, 160], 600, 2400)
  await upload(page, [tall], tall.name)
  const image = (await open(page, tall.name)).getByRole('img', { name: tall.name })
  await expect.poll(() => isDrawn(image)).toBe(true)
  const box = await image.boundingBox()
  const height = page.viewportSize()?.height ?? 0
  expect(box?.height).toBeGreaterThan(height / 2)
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(height)
  expect((box?.height ?? 0) / (box?.width ?? 1)).toBeCloseTo(4, 1)
})

test('the details stand beside the preview, follow its steps, and give the keys back', async ({ page }) => {
  await upload(page, [red, green], green.name)
  await open(page, red.name)
  await page.keyboard.press('i')
  const details = page.getByRole('complementary', { name: 'Details' })
  await expect(details.getByText('2 of 2 copies')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(preview(page, green.name)).toBeVisible()
  await expect(details.getByRole('heading', { name: green.name })).toBeVisible()
  await details.getByRole('button', { name: 'Close' }).click()
  await expect(details).toHaveCount(0)
  await page.keyboard.press('ArrowLeft')
  await expect(preview(page, red.name)).toBeVisible()
})

test('a link is made over the preview, and what is said of its file can be pressed', async ({ page }) => {
  await upload(page, [red], red.name)
  const shown = await open(page, red.name)
  await shown.getByRole('button', { name: 'Share' }).click()
  await copyLink(page)
  await page
    .getByRole('dialog', { name: `Share “${red.name}”` })
    .getByRole('button', { name: 'Done' })
    .click()
  await shown.getByRole('button', { name: 'Add to favourites' }).click()
  await page.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Undo' }).click()
  await expect(shown.getByRole('button', { name: 'Add to favourites' })).toBeVisible()
})

test('Back closes the preview and stays in the drive', async ({ page }) => {
  await upload(page, [red], red.name)
  await open(page, red.name)
  await page.goBack()
  await expect(preview(page, red.name)).toBeHidden()
  await expect(row(page, red.name)).toBeVisible()
})

test('texts are shown in the encoding that they have', async ({ page }) => {
  const chinese = Buffer.from('b3b1cebbb9dbb2e2cafdbedda3acb5dac8fdbcbeb6c8d0deb6a9b0e6a1a3', 'hex')
  const gbk = { name: 'gbk.txt', mimeType: 'text/plain', buffer: chinese }
  const utf16 = { name: 'utf16.txt', mimeType: 'text/plain', buffer: Buffer.from('\ufeff海面平静。', 'utf16le') }
  await upload(page, [gbk, utf16], utf16.name)
  const shown = await open(page, gbk.name)
  await expect(shown).toContainText('潮位观测数据，第三季度修订版。')
  await expect(shown.getByLabel('Encoding')).toHaveValue('gb18030')
  await shown.getByLabel('Encoding').selectOption('Big5')
  await expect(shown).not.toContainText('潮位观测数据')
  await page.keyboard.press('Escape')
  await expect(await open(page, utf16.name)).toContainText('海面平静。')
})

test('what is read is printed whole, black on white, and nothing around it', async ({ page }) => {
  const long = textFile('long.txt', Array.from({ length: 300 }, (_, line) => `line ${line}`).join('\n'))
  await upload(page, [long], long.name)
  const shown = await open(page, long.name)
  const reading = shown.locator('[data-reading]')
  await expect(reading).toContainText('line 299')
  const hidden = () => reading.evaluate((element) => element.scrollHeight - element.clientHeight)
  expect(await hidden()).toBeGreaterThan(1000)
  await page.emulateMedia({ media: 'print' })
  await expect(shown.getByRole('button', { name: 'Close' })).toBeHidden()
  await expect(page.getByRole('banner')).toBeHidden()
  await expect(reading).toHaveCSS('color', 'rgb(0, 0, 0)')
  expect(await hidden()).toBe(0)
})

test('tables, code, PDF and archives are shown as what they are', async ({ page }) => {
  const csv = textFile('soundings.csv', 'station,note\nS1,"said ""hi"",\nthen left"\nS2,x\n')
  const code = textFile('tide.py', 'def tide(t):\n    return 2.5 * t  # metres\n')
  const report = pdf('report.pdf', 'Tidewater report', 'Report')
  const archive = zip('survey.zip', ['docs/a.txt', '../../etc/passwd', 'readme.md'])
  await upload(page, [csv, code, report, archive], code.name)
  const table = await open(page, csv.name)
  await expect(table.getByRole('cell', { name: 'said "hi", then left' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect((await open(page, code.name)).locator('.hljs-keyword', { hasText: 'def' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect((await open(page, report.name)).getByText('Tidewater report')).toBeAttached()
  await page.keyboard.press('Escape')
  const tree = await open(page, archive.name)
  await expect(tree.getByRole('listitem').filter({ hasText: '../../etc/passwd' })).toContainText('Odd name')
  await tree.getByRole('button', { name: 'docs' }).click()
  await expect(tree.getByRole('listitem').filter({ hasText: 'a.txt' })).toBeVisible()
})

test('a PDF in Chinese whose font is not in it can be read', async ({ page }) => {
  const report = chinesePdf('潮位.pdf', 'b3b1cebbb9dbb2e2')
  await upload(page, [report], report.name)
  await expect((await open(page, report.name)).getByText('潮位观测')).toBeAttached()
})

test('a long sound is sought by a range of the file', async ({ page }) => {
  const long = sound('harbour.wav', 60)
  const ranges: number[] = []
  page.on('request', (request) => {
    const from = /^bytes=(\d+)-/.exec(request.headers()['range'] ?? '')?.[1]
    if (from !== undefined) ranges.push(Number(from))
  })
  await upload(page, [long], long.name)
  const audio = (await open(page, long.name)).locator('audio')
  await expect.poll(() => audio.evaluate((element: HTMLAudioElement) => element.duration)).toBeCloseTo(60, 0)
  await audio.evaluate((element: HTMLAudioElement) => {
    element.currentTime = 55
  })
  await expect.poll(() => audio.evaluate((element: HTMLAudioElement) => element.seeking)).toBe(false)
  expect(ranges.length).toBeGreaterThan(0)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('a swipe shows the next picture', async ({ page }) => {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Add' }).tap()
    await page.getByRole('dialog').getByRole('button', { name: 'Upload files' }).tap()
    await (await chooser).setFiles([red, green])
    await page.getByRole('row').filter({ hasText: red.name }).tap()
    const first = preview(page, red.name)
    await expect(first.getByRole('img', { name: red.name })).toBeVisible()
    const touch = await page.context().newCDPSession(page)
    const at = (x: number) => [{ x, y: 400 }]
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(320) })
    for (const x of [250, 180, 110]) {
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(x) })
    }
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await expect(preview(page, green.name)).toBeVisible()
  })

  test('a page that is swept down goes away, unless the finger scrolls it back', async ({ page }) => {
    const long = textFile('long.txt', Array.from({ length: 300 }, (_, line) => `line ${line}`).join('\n'))
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Add' }).tap()
    await page.getByRole('dialog').getByRole('button', { name: 'Upload files' }).tap()
    await (await chooser).setFiles([long])
    await page.getByRole('row').filter({ hasText: long.name }).tap()
    const shown = preview(page, long.name)
    await expect(shown.getByText('line 3', { exact: false }).first()).toBeVisible()
    const reading = shown.locator('[data-reading]')
    const touch = await page.context().newCDPSession(page)
    const sweepDown = async () => {
      const at = (y: number) => [{ x: 190, y }]
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(300) })
      for (const y of [360, 420, 480, 540])
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(y) })
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    }
    const scrolled = () => reading.evaluate((element) => element.scrollTop)
    await reading.evaluate((element) => element.scrollTo(0, 1000))
    await expect.poll(scrolled).toBe(1000)
    await sweepDown()
    await expect.poll(scrolled).toBeLessThan(1000)
    await expect(shown).toBeVisible()
    await reading.evaluate((element) => element.scrollTo(0, 0))
    await expect.poll(scrolled).toBe(0)
    await sweepDown()
    await expect(shown).toBeHidden()
  })
})
