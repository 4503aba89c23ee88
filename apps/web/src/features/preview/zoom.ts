/** How a picture lies on its stage: enlarged from its fit, and moved by pixels from the middle. */
export interface View {
  scale: number
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

export const fitted: View = { scale: 1, x: 0, y: 0 }
const SCALE_MAX = 12

/** Keeps the picture over the stage: it never leaves a gap that it could fill. */
export function clamped({ scale, x, y }: View, picture: Size, stage: Size): View {
  if (scale <= 1) return fitted
  const roomX = Math.max(0, (picture.width * scale - stage.width) / 2)
  const roomY = Math.max(0, (picture.height * scale - stage.height) / 2)
  return { scale, x: Math.max(-roomX, Math.min(roomX, x)), y: Math.max(-roomY, Math.min(roomY, y)) }
}

/** Enlarges by a factor; what lies under the point (from the middle of the stage) stays there. */
export function zoomed(view: View, factor: number, point: { x: number; y: number }): View {
  const scale = Math.max(1, Math.min(SCALE_MAX, view.scale * factor))
  const ratio = scale / view.scale
  return { scale, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio }
}
