// Runs before the first paint. Without a chosen theme the system's one counts, also when it changes later.
const FOLLOW_SYSTEM = `(function(){var m=matchMedia('(prefers-color-scheme: dark)');function f(){if(!/(?:^|; )cairn\\.theme=(?:light|dark)/.test(document.cookie))document.documentElement.classList.toggle('dark',m.matches)}f();m.addEventListener('change',f)})()`

/** The nonce allows this one inline script under the page's content security policy. */
export function ThemeScript({ nonce }: { nonce: string | undefined }) {
  return (
    <script nonce={nonce} suppressHydrationWarning>
      {FOLLOW_SYSTEM}
    </script>
  )
}
