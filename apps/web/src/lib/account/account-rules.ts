// Apart from the schemas, so that pages can use these without carrying zod to the browser.
export const PASSWORD_LENGTH_MIN = 8
export const PASSWORD_LENGTH_MAX = 256
export const NAME_LENGTH_MAX = 100
export const RECOVERY_CODES = 10

/**
 * The `error` of a refused sign-in. `too_many_attempts:<seconds>` says when the next try is allowed,
 * `second_factor:<token>` what to send together with a code.
 */
export const signInErrors = {
  credentials: 'CredentialsSignin',
  tooMany: 'too_many_attempts',
  secondFactor: 'second_factor',
  wrongCode: 'wrong_code',
  tooLate: 'too_late',
  disabled: 'account_disabled',
  emailUnproven: 'email_unproven',
  signupClosed: 'signup_closed',
  oidcFailed: 'OAuthCallback',
  oidcUnreachable: 'OAuthSignin',
} as const
