import type { z } from 'zod'
import { refuseGuessable } from '../../lib/account/password.ts'
import { slowHash } from '../../lib/account/slow-hash.ts'
import { addressKey } from '../../lib/address-key.ts'
import { type AttemptLimit, forgetAttempts, requireAttempt } from '../../lib/attempts.ts'
import { recordAudit } from '../../lib/audit.ts'
import { clientOf } from '../../lib/client-address.ts'
import { inTransaction } from '../../lib/db.ts'
import { makePerson } from './new-person.ts'
import type { Registered, registerSchema } from './schema.ts'

// An e-mail that is taken is refused, which tells that somebody here has it: nobody goes through a list of them. High,
// because a whole office can share an address; a success begins anew.
const byAddress: AttemptLimit = { name: 'register', max: 30, windowSeconds: 15 * 60 }

/** As register, for whoever asks over the network. */
export async function registerFrom(headers: Headers, input: z.infer<typeof registerSchema>): Promise<Registered> {
  const address = addressKey(clientOf(headers).ip)
  await requireAttempt(byAddress, address)
  const registered = await register(input, headers)
  await forgetAttempts(byAddress, address)
  return registered
}

/** Makes an account with a password. */
export async function register(input: z.infer<typeof registerSchema>, headers?: Headers): Promise<Registered> {
  await refuseGuessable(input.password, [input.name, input.email], 'password')
  const passwordHash = await slowHash(input.password)
  return await inTransaction(async (tx) => {
    const { user, isFirst } = await makePerson(tx, { ...input, passwordHash, emailIsProven: false })
    await recordAudit(tx, {
      actorId: user.id,
      action: 'person.register',
      target: { kind: 'person', id: user.id, name: user.email },
      detail: { invited: input.invitation !== undefined },
      ...(headers === undefined ? {} : { headers }),
    })
    return { admin: isFirst }
  })
}
