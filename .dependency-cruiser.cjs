// Arrows between folders point one way (ARCHITECTURE.md); `npm run check` fails when one points back.
const core = 'packages/dfs-core/src'
const pureCore = `^${core}/(protocol|file-id|errors|limits)`
const roots = '^apps/[^/]+/src/(main|tracker|storage)\\.ts$'
const tests = '(\\.test\\.tsx?$|^apps/[^/]+/test/|/testdata/)'

const rule = (name, from, to) => ({ name, severity: 'error', from, to })

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    rule('no-unresolvable', {}, { couldNotResolve: true }),
    rule('protocol-is-pure', { path: `^${core}/(protocol|file-id)/`, pathNot: tests }, { pathNot: pureCore }),
    rule(
      'client-and-server-apart',
      { path: `^${core}/(client|server)/`, pathNot: tests },
      { path: `^${core}/(client|server)/`, pathNot: `^${core}/$1/` },
    ),
    rule(
      'engine-is-pure',
      { path: '^apps/(tracker/src/cluster|storage/src/engine)/', pathNot: tests },
      { pathNot: [pureCore, `^${core}/index\\.ts$`, '^apps/$1/'] },
    ),
    rule(
      'disk-knows-no-network',
      { path: '^apps/storage/src/disk/', pathNot: tests },
      {
        path: [
          `^${core}/(client|server)/`,
          '^apps/storage/src/(handlers|http|replicator|tracker-reporter)',
          '^(node:)?(net|http|tls)$',
        ],
      },
    ),
    rule('only-main-composes', { path: '^apps/', pathNot: [roots, tests] }, { path: roots }),
    rule('apps-apart', { path: '^apps/([^/]+)/', pathNot: tests }, { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' }),
    rule('packages-below-apps', { path: '^packages/', pathNot: tests }, { path: '^apps/' }),
    rule('core-stands-alone', { path: '^packages/dfs-core/' }, { path: '^packages/(?!dfs-core/)' }),
    rule(
      'features-apart',
      { path: '^apps/web/src/features/([^/]+)/', pathNot: tests },
      {
        path: '^apps/web/src/features/',
        pathNot: ['^apps/web/src/features/$1/', '^apps/web/src/features/auth/session\\.ts$'],
      },
    ),
    rule('features-below-app', { path: '^apps/web/src/(features|components|lib)/' }, { path: '^apps/web/src/app/' }),
    rule('shared-below-features', { path: '^apps/web/src/(components|lib)/' }, { path: '^apps/web/src/features/' }),
    rule('product-knows-no-scripts', { path: '^(apps|packages)/', pathNot: tests }, { path: '^(scripts|e2e|bench)/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)((dist|\\.next|generated)/|next-env\\.d\\.ts$)' },
    // Type-only imports count too: a type is knowledge of the other side.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
