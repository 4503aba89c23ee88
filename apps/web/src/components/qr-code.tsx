'use client'

import qrcode from 'qrcode-generator'
import { useMemo } from 'react'

const QUIET_ZONE = 4

/** A QR code as one path: dark on white in both themes, because cameras expect it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => draw(text), [text])
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      className="size-full rounded-button forced-color-adjust-none"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#1f1e1a" shapeRendering="crispEdges" />
    </svg>
  )
}

function draw(text: string): { size: number; path: string } {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  const cells = Array.from({ length: count * count }, (_, at) => ({ x: at % count, y: Math.floor(at / count) }))
  const dark = cells.filter(({ x, y }) => code.isDark(y, x))
  const path = dark.map(({ x, y }) => `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z`).join('')
  return { size: count + 2 * QUIET_ZONE, path }
}
