import type { z } from 'zod'
import { refuseGuessable } from '../../lib/account/password.ts'
import { slowHash } from '../../lib/account/slow-hash.ts'
import { recordAudit } from '../../lib/audit.ts'
import { inTransaction } from '../../lib/db.ts'
import { makePerson } from './new-person.ts'
import type { Registered, registerSchema } from './schema.ts'

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
