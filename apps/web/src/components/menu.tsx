'use client'

import dynamic from 'next/dynamic'
import {
  type ButtonHTMLAttributes,
  cloneElement,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useRef,
  useState,
} from 'react'
import { Contained } from './contained.tsx'
import type { MenuGroups } from './menu-action.ts'
import type { MenuBox } from './menu-list.tsx'
import { usePhone } from './use-media-query.ts'
import { useOnceOpen } from './use-once-open.ts'

const loadList = () => import('./menu-list.tsx').then((module) => module.MenuList)
const loadSheet = () => import('./action-sheet.tsx').then((module) => module.ActionSheet)
const MenuList = dynamic(loadList, { ssr: false })
const ActionSheet = dynamic(loadSheet, { ssr: false })

type TriggerProps = ButtonHTMLAttributes<HTMLButtonElement>
type MenuProps = {
  trigger: ReactElement<TriggerProps>
  label: string
  groups: MenuGroups
  align?: 'start' | 'end'
  /** Where the focus goes when the menu closes; by default back to its button. */
  onReturnFocus?: () => void
}

/** A button that opens a menu; on phones the same actions come as a sheet. */
export function Menu({ trigger, label, groups, align = 'end', onReturnFocus }: MenuProps) {
  const phone = usePhone()
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const [box, setBox] = useState(nowhere)
  const fetchForm = () => void (phone ? loadSheet() : loadList())
  const show = (event: MouseEvent<HTMLButtonElement> | KeyboardEvent<HTMLButtonElement>) => {
    button.current = event.currentTarget
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    setBox({ left, top, width, height })
    setOpen(true)
  }
  return (
    <>
      {cloneElement(trigger, {
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        onClick: show,
        onPointerEnter: fetchForm,
        onFocus: fetchForm,
        onKeyDown: (event) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          show(event)
        },
      })}
      <MenuForm
        box={box}
        open={open}
        onOpenChange={setOpen}
        label={label}
        groups={groups}
        align={align}
        onReturnFocus={onReturnFocus ?? (() => button.current?.focus())}
      />
    </>
  )
}

type PointMenuProps = {
  /** Where in the window it opens; null: closed. */
  point: { x: number; y: number } | null
  onClose: () => void
  label: string
  groups: MenuGroups
  /** Shown at the top of the sheet on phones. */
  header?: ReactNode
  /** Takes the focus back when the menu is gone. */
  onReturnFocus: () => void
}

/** A menu at a point: right click, the menu key, the "more" button of a row. */
export function PointMenu({ point, onClose, ...rest }: PointMenuProps) {
  const close = (open: boolean) => {
    if (!open) onClose()
  }
  const box = point === null ? nowhere : { ...nowhere, left: point.x, top: point.y }
  return <MenuForm box={box} open={point !== null} onOpenChange={close} align="start" {...rest} />
}

const nowhere: MenuBox = { left: 0, top: 0, width: 0, height: 0 }

type MenuFormProps = Omit<PointMenuProps, 'point' | 'onClose'> & {
  box: MenuBox
  open: boolean
  onOpenChange: (open: boolean) => void
  align: 'start' | 'end'
}

function MenuForm({ box, align, header, onReturnFocus, ...rest }: MenuFormProps) {
  const phone = usePhone()
  const needed = useOnceOpen(rest.open)
  const returnFocus = (event: Event) => {
    event.preventDefault()
    onReturnFocus()
  }
  if (!needed) return null
  return (
    <Contained>
      {phone ? (
        <ActionSheet header={header} onCloseAutoFocus={returnFocus} {...rest} />
      ) : (
        <MenuList box={box} align={align} onCloseAutoFocus={returnFocus} {...rest} />
      )}
    </Contained>
  )
}
