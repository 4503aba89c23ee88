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

export default createNextIntlPlugin({
  requestConfig: './src/i18n/request.ts',
  experimental: {
    // Parsed while building: browsers need no parser for messages.
    messages: { path: './messages', locales: ['en', 'zh-CN'], format: 'json', precompile: true },
  },
})(config)
