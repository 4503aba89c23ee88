// A browser would send the form itself, and put a password into the address. React has said that it does by then.
const KEEP_EARLY_FORMS = `addEventListener('submit',function(e){if(!e.defaultPrevented){e.preventDefault();e.target.sentEarly=true}})`

/** Keeps forms that are sent before the page has come to life; `Form` sends them then. */
export function EarlyFormsScript({ nonce }: { nonce: string | undefined }) {
  return (
    <script nonce={nonce} suppressHydrationWarning>
      {KEEP_EARLY_FORMS}
    </script>
  )
}
