import { describe, expect, it } from 'vitest'
import { clamped, fitted, zoomed } from './zoom.ts'

const picture = { width: 600, height: 400 }
const stage = { width: 800, height: 600 }

describe('zooming', () => {
  it('keeps what lies under the pointer there', () => {
    const point = { x: 120, y: -60 }
    const view = zoomed(zoomed(fitted, 2, point), 3, point)
    // The place in the picture that was under the pointer when it was fitted.
    expect({ x: view.x + point.x * view.scale, y: view.y + point.y * view.scale }).toEqual(point)
  })

  it('never makes it smaller than the fit, nor larger than twelve times', () => {
    expect(zoomed(fitted, 0.1, { x: 0, y: 0 }).scale).toBe(1)
    expect(zoomed(fitted, 100, { x: 0, y: 0 }).scale).toBe(12)
  })

  it('moves a picture only as far as it is larger than the stage', () => {
    expect(clamped({ scale: 2, x: 999, y: -999 }, picture, stage)).toEqual({ scale: 2, x: 200, y: -100 })
    expect(clamped({ scale: 1.2, x: 50, y: 50 }, picture, stage)).toMatchObject({ x: 0, y: 0 })
    expect(clamped({ scale: 1, x: 50, y: 50 }, picture, stage)).toEqual(fitted)
  })
})
