import { expect, test } from 'vitest'
import { inOrder } from './chosen-order.ts'

test('files come in the order of their names, folder by folder, numbers as people count', () => {
  const places = ['b 10|2.jpg', 'b 9/deep|z.txt', 'b 9|IMG 10.jpg', 'b 9|img 9.jpg', 'b 9!|1.jpg', '|top.txt']
  const chosen = places.map((place) => {
    const [path = '', name = ''] = place.split('|')
    return { file: new File([], name), path }
  })
  expect(inOrder(chosen).map(({ file, path }) => `${path}|${file.name}`)).toEqual([
    '|top.txt',
    'b 9|img 9.jpg',
    'b 9|IMG 10.jpg',
    'b 9/deep|z.txt',
    'b 9!|1.jpg',
    'b 10|2.jpg',
  ])
})
