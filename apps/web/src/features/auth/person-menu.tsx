'use client'

import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { useOnceOpen } from '../../components/use-once-open.ts'
import { Avatar } from './avatar.tsx'
import type { Person } from './person-panel.tsx'

const loadPanel = () => import('./person-panel.tsx').then((module) => module.PersonPanel)
const PersonPanel = dynamic(loadPanel, { ssr: false })

type PersonMenuProps = { person: Person; onKeyboardHelp: () => void }

/** Who is signed in, and what the drive should look like. */
export function PersonMenu({ person, onKeyboardHelp }: PersonMenuProps) {
  const t = useTranslations('shell')
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const needed = useOnceOpen(open)
  const fetchPanel = () => void loadPanel()
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-label={t('person')}
        title={person.name}
        aria-haspopup="dialog"
        aria-expanded={open}
        className="ml-1 grid size-8 shrink-0 place-items-center rounded-full coarse:-mr-[7px] coarse:size-11"
        onPointerEnter={fetchPanel}
        onFocus={fetchPanel}
        onClick={() => setOpen(!open)}
      >
        <Avatar name={person.name} />
      </button>
      {needed ? (
        <PersonPanel
          anchor={button}
          open={open}
          onOpenChange={setOpen}
          person={person}
          onKeyboardHelp={() => {
            setOpen(false)
            onKeyboardHelp()
          }}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  )
}
