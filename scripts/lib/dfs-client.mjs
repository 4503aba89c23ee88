// dfs-core is TypeScript; these scripts use the bundle that the build makes of it.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

function load(name) {
  return import(pathToFileURL(path.join(root, 'packages/dfs-core/dist', `${name}.js`)).href)
}

export const loadClient = () => load('client')
export const loadTickets = () => load('tickets')
