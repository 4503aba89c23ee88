/** What was refused as a whole. */
export function FormError({ text }: { text: string | undefined }) {
  if (text === undefined) return null
  return (
    <p role="alert" className="text-13 text-danger">
      {text}
    </p>
  )
}
