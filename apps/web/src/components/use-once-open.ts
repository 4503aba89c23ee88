import { useState } from 'react'

/** Whether something was ever open: until then its code need not be there, from then on it stays and can fade out. */
export function useOnceOpen(open: boolean): boolean {
  const [opened, setOpened] = useState(open)
  if (open && !opened) setOpened(true)
  return opened || open
}
