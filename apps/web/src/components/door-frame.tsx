import type { ReactNode } from 'react'
import { LanguageLinks } from './language-links.tsx'
import { Logo } from './logo.tsx'

/** One narrow column on the canvas, as every door of this application. */
export function DoorFrame({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-6 pt-8 pb-[max(16px,env(safe-area-inset-bottom))]">
      <main className="my-auto w-full max-w-[380px] py-8">
        <div className="-ml-1 mb-6">
          <Logo size={40} />
        </div>
        {children}
      </main>
      <LanguageLinks />
    </div>
  )
}
