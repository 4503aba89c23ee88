import { handleAuth } from '../../../../features/auth/auth-route.ts'

interface Context {
  params: Promise<{ nextauth: string[] }>
}

async function handle(request: Request, context: Context): Promise<Response> {
  const { nextauth } = await context.params
  return handleAuth(request, nextauth)
}

export { handle as GET, handle as POST }
