'use client'

import { type TouchEvent, useRef } from 'react'

/** So far a finger goes before it means another file. */
export const SWIPE_PX = 60
/** So far down it goes before it means that the file is put away. */
export const CLOSE_PX = 120
/** As high as the browser's controls of a video. */
const CONTROLS_PX = 96

type Start = { x: number; y: number; room: { left: boolean; right: boolean; up: boolean } }

/**
 * Another file when one finger is swept sideways, away when it is swept down, over what cannot scroll that way and is
 * not worked with the finger.
 */
export function useSwipe(onSwipe: (direction: 1 | -1) => void, onAway: () => void) {
  const start = useRef<Start | null>(null)
  return {
    onTouchStart: ({ touches, target, currentTarget }: TouchEvent<HTMLElement>) => {
      const finger = touches[0]
      start.current = null
      if (finger === undefined || touches.length > 1 || !(target instanceof Element)) return
      if (keepsFinger(target, finger.clientY)) return
      start.current = { x: finger.clientX, y: finger.clientY, room: roomToScroll(target, currentTarget) }
    },
    onTouchEnd: ({ changedTouches }: TouchEvent<HTMLElement>) => {
      const [from, finger] = [start.current, changedTouches[0]]
      start.current = null
      // Who marks text with the finger stays.
      if (from === null || finger === undefined || getSelection()?.isCollapsed === false) return
      const by = { x: finger.clientX - from.x, y: finger.clientY - from.y }
      if (by.y > CLOSE_PX && by.y > 2 * Math.abs(by.x) && !from.room.up) return onAway()
      if (Math.abs(by.x) < SWIPE_PX || Math.abs(by.x) < 2 * Math.abs(by.y)) return
      if (!(by.x < 0 ? from.room.right : from.room.left)) onSwipe(by.x < 0 ? 1 : -1)
    },
    onTouchCancel: () => {
      start.current = null
    },
  }
}

function keepsFinger(target: Element, y: number): boolean {
  const video = target.closest('video')
  if (video !== null && y > video.getBoundingClientRect().bottom - CONTROLS_PX) return true
  return target.closest('input, select, button, audio') !== null
}

/** Where the sweep scrolls instead: long lines, wide tables. Pictures have gestures of their own. */
function roomToScroll(target: Element, within: Element): Start['room'] {
  const room = { left: false, right: false, up: false }
  for (let at: Element | null = target; at !== null && at !== within; at = at.parentElement) {
    const { overflowX, touchAction } = getComputedStyle(at)
    if (touchAction === 'none') return { left: true, right: true, up: true }
    room.up ||= at.scrollTop > 0
    if (overflowX !== 'auto' && overflowX !== 'scroll') continue
    room.left ||= at.scrollLeft > 0
    room.right ||= at.scrollLeft + at.clientWidth < at.scrollWidth - 1
  }
  return room
}
