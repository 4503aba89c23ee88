/** Three stacked stones in the accent colour at 100, 80 and 60%. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" aria-hidden="true" className="shrink-0 text-accent">
      <path fill="currentColor" d="M3.2 20.6c0-1.9 3.6-3 9.7-3s9.9 1 9.9 3-3.7 2.9-9.9 2.9-9.7-1-9.7-2.900Z" />
      <path
        fill="currentColor"
        opacity=".8"
        d="M5.8 13.600c0-1.7 2.7-2.7 7.4-2.700s7 .9 7 2.6-2.4 2.6-7.1 2.6-7.3-.8-7.3-2.500Z"
      />
      <path
        fill="currentColor"
        opacity=".6"
        d="M8.6 6.600c0-2.1 1.7-4 4.6-4s4.3 1.8 4.3 3.800c0 1.9-1.7 2.7-4.4 2.700s-4.5-.6-4.5-2.500Z"
      />
    </svg>
  )
}
