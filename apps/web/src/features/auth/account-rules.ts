// Apart from schema.ts, so that pages can use these without carrying zod to the browser.
export const PASSWORD_LENGTH_MIN = 8
export const PASSWORD_LENGTH_MAX = 256
export const NAME_LENGTH_MAX = 100

/** The `error` of a refused sign-in. `too_many_attempts:<seconds>` says when the next try is allowed. */
export const signInErrors = { credentials: 'CredentialsSignin', tooMany: 'too_many_attempts' } as const
