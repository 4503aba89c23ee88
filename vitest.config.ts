import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    exclude: ['**/node_modules/**', '**/dist/**', '**/.next/**'],
    // Two cores: more workers only make daemons, databases and timers fight each other.
    maxWorkers: 2,
    // What is waited for comes at once or never, and real daemons on a busy machine with two cores take what they take:
    // the limits only end what hangs.
    expect: { poll: { interval: 20, timeout: 30_000 } },
    testTimeout: 90_000,
    hookTimeout: 90_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/**/*.test.ts',
            'apps/{tracker,storage}/**/*.test.ts',
            'apps/web/src/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
        },
      },
      {
        // Once more with connections in the hands of other threads (decision 068). With this variable set any other test does so, too.
        extends: true,
        test: {
          name: 'threads',
          env: { CAIRN_TEST_HTTP_THREADS: '2' },
          include: [
            'apps/storage/test/tus-{conformance,disk-full,load,newest-wins,segments,segments-crash,upload}.test.ts',
            'apps/storage/test/{buddy-shipping,http-proxied}.test.ts',
          ],
        },
      },
      {
        // With one PostgreSQL server for all files of the run.
        extends: true,
        test: {
          name: 'database',
          include: ['apps/web/test/**/*.test.ts'],
          globalSetup: ['apps/web/test/support/global-setup.ts'],
        },
      },
    ],
  },
})
