/** What a door is for, and one sentence more. */
export function DoorTitle({ title, sentence }: { title: string; sentence?: string | null | undefined }) {
  return (
    <>
      <h1 className="font-[620] text-24 title-tracking">{title}</h1>
      {sentence == null ? <div className="mb-6" /> : <p className="mt-1 mb-6 text-ink-2">{sentence}</p>}
    </>
  )
}
