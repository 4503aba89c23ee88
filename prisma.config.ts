import { defineConfig } from 'prisma/config'

// Prisma 7 reads no .env file, and its own env() throws when a variable is missing, also where none is needed (generate).
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://postgres@127.0.0.1:1/none' },
})
