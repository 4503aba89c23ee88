import path from 'node:path'
import type { NextConfig } from 'next'
import createNextIntlPlugin from 'next-intl/plugin'

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: path.join(import.meta.dirname, '../..'),
  transpilePackages: ['@cairn/dfs-core'],
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
}

export default createNextIntlPlugin('./src/i18n/request.ts')(config)
