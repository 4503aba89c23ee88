/** How hard a password is to guess, 0 (none) to 4. Length counts most; repetition and plain sequences count little. */
export function passwordStrength(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password.length < 8) return password === '' ? 0 : 1
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length
  const points = distinctSteps(password) + kinds * 2
  if (points < 10) return 1
  if (points < 14) return 2
  return points < 20 ? 3 : 4
}

// "aaaa" and "1234" are one step each, repeated.
function distinctSteps(password: string): number {
  let steps = 1
  let lastStep: number | null = null
  for (let at = 1; at < password.length; at += 1) {
    const step = password.charCodeAt(at) - password.charCodeAt(at - 1)
    if (step !== lastStep || Math.abs(step) > 1) steps += 1
    lastStep = step
  }
  return Math.min(steps, new Set(password).size * 1.5)
}
