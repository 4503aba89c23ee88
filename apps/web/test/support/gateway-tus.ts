// What the gateway does otherwise than tus 1.0.0 demands; the table of docs/tus-conformance.md is made of it.

/** Demands that it does not keep, and why. */
export const gatewayViolates: Readonly<Record<string, string>> = {
  'creation/empty': 'there are no tickets for content without bytes, which the drive keeps without a storage',
  'termination/complete-204': 'a finished upload is a file, which belongs to the drive and is no longer its uploader’s',
}

/** Extensions that it does not announce. */
export const gatewayLacks: readonly string[] = ['concatenation']
