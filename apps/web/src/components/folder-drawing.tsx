import { cn } from './class-names.ts'

/** A folder is solid and drawn by us, never a tile: one look tells it from a file. */
export function FolderDrawing({ size = 26, className }: { size?: number; className?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={cn('shrink-0 text-folder', className)}
    >
      <path
        fill="currentColor"
        opacity=".42"
        d="M2.5 6.200C2.5 5 3.4 4 4.6 4h4.200c.7 0 1.3.3 1.7.8l1 1.400h7.900c1.2 0 2.1 1 2.1 2.100v2H2.500Z"
      />
      <path
        fill="currentColor"
        opacity=".9"
        d="M2.5 9.600c0-.6.5-1 1-1h17c.6 0 1 .4 1 1v8.200c0 1.2-.9 2.2-2.1 2.200H4.600a2.1 2.1 0 0 1-2.1-2.200Z"
      />
    </svg>
  )
}
