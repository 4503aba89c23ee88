const registry: Map<string, unknown> = Reflect.get(globalThis, Symbol.for('cairn.process-wide')) ?? new Map()
Reflect.set(globalThis, Symbol.for('cairn.process-wide'), registry)

/**
 * One value per process, made at the first use. A plain module variable is not enough: Next loads the same module once
 * for pages and once for routes, and again after each edit in development, and each copy would open its own pool.
 */
export function processWide<T>(name: string, make: () => T): T {
  if (!registry.has(name)) registry.set(name, make())
  // The registry cannot know the type of each value; `name` belongs to exactly one caller.
  return registry.get(name) as T
}
