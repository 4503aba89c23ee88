const RADIUS = 14
const AROUND = 2 * Math.PI * RADIUS

/** A ring around an icon button that closes as things get done. */
export function ProgressRing({ share }: { share: number }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="absolute inset-0 size-full -rotate-90">
      <circle cx="16" cy="16" r={RADIUS} fill="none" strokeWidth="2" className="stroke-track" />
      <circle
        cx="16"
        cy="16"
        r={RADIUS}
        fill="none"
        strokeWidth="2"
        strokeLinecap="round"
        strokeDasharray={AROUND}
        strokeDashoffset={AROUND * (1 - Math.max(0.04, Math.min(1, share)))}
        className="stroke-accent transition-[stroke-dashoffset] duration-1000 ease-linear"
      />
    </svg>
  )
}
