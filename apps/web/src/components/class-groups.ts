type Value = string | ((value: string) => boolean)
type Group = readonly (string | Readonly<Record<string, readonly Value[]>>)[]

const any = () => true
const isLength = (value: string) => /^(\d+(\.\d+)?|\[[\d.-].*\])$/.test(value)
const isWeight = (value: string) => /^(normal|medium|semibold|bold|\[\d+\])$/.test(value)

/** Groups named like the prefix of their classes. */
function plain(...prefixes: string[]): Record<string, Group> {
  return Object.fromEntries(prefixes.map((prefix) => [prefix, [{ [prefix]: [any] }]]))
}

const around = (prefix: string) => ['', 'x', 'y', 't', 'r', 'b', 'l'].map((side) => prefix + side)
const all = (prefix: string, sides: string) => [...sides].map((side) => prefix + side)
const borders = ['x', 'y', 't', 'r', 'b', 'l'].map((side) => `border-${side}`)
const corners = ['t', 'r', 'b', 'l'].map((side) => `rounded-${side}`)

/** The groups of classes that this application joins: of two in one group the later one stays. */
export const classGroups: Record<string, Group> = {
  display: [
    'block',
    'contents',
    'flex',
    'grid',
    'hidden',
    'inline',
    'inline-block',
    'inline-flex',
    'inline-grid',
    'table',
  ],
  position: ['absolute', 'fixed', 'relative', 'static', 'sticky'],
  ...plain(...around('m'), ...around('p'), 'w', 'h', 'size', 'min-w', 'min-h', 'max-w', 'max-h', 'basis', 'z'),
  ...plain(
    'inset',
    'inset-x',
    'inset-y',
    'top',
    'right',
    'bottom',
    'left',
    'gap',
    'gap-x',
    'gap-y',
    'space-x',
    'space-y',
  ),
  ...plain('opacity', 'aspect', 'content', 'cursor', 'duration', 'ease', 'animate', 'leading', 'tracking', 'select'),
  ...plain('translate-x', 'translate-y', 'scale', 'rotate', 'origin', 'outline-offset', 'justify-self', 'line-clamp'),
  ...plain(
    'grid-cols',
    'col-span',
    'items',
    'self',
    'whitespace',
    'pointer-events',
    'overflow-x',
    'overflow-y',
    'scrollbar',
  ),
  transition: [{ transition: ['', any] }],
  overflow: [{ overflow: ['auto', 'hidden', 'clip', 'visible', 'scroll'] }],
  justify: [{ justify: ['start', 'end', 'center', 'between', 'around', 'evenly', 'stretch'] }],
  'flex-direction': [{ flex: ['row', 'row-reverse', 'col', 'col-reverse'] }],
  'flex-wrap': [{ flex: ['wrap', 'nowrap', 'wrap-reverse'] }],
  flex: [{ flex: [any] }],
  shrink: [{ shrink: ['', any] }],
  grow: [{ grow: ['', any] }],
  'text-overflow': ['truncate', 'text-ellipsis', 'text-clip'],
  'text-align': [{ text: ['left', 'center', 'right', 'start', 'end', 'justify'] }],
  'text-wrap': [{ text: ['balance', 'pretty', 'wrap', 'nowrap'] }],
  'font-size': [{ text: [isLength] }],
  'text-color': [{ text: [any] }],
  'font-weight': [{ font: [isWeight] }],
  'font-family': [{ font: [any] }],
  break: [{ break: ['normal', 'words', 'all', 'keep'] }],
  object: [{ object: ['contain', 'cover', 'fill', 'none'] }],
  'bg-image': [{ 'bg-linear': [any] }],
  'bg-color': [{ bg: [any] }],
  ...Object.fromEntries(borders.map((border) => [border, [{ [border]: ['', isLength] }]])),
  ...Object.fromEntries(borders.map((border) => [`${border}-color`, [{ [border]: [any] }]])),
  border: [{ border: ['', isLength] }],
  'border-collapse': [{ border: ['collapse', 'separate'] }],
  'border-spacing': [{ 'border-spacing': [any] }],
  'border-style': [{ border: ['solid', 'dashed', 'dotted', 'none'] }],
  'border-color': [{ border: [any] }],
  ...plain(...corners),
  rounded: [{ rounded: ['', any] }],
  shadow: [{ shadow: ['', any] }],
  'inset-ring': [{ 'inset-ring': ['', isLength] }],
  'inset-ring-color': [{ 'inset-ring': [any] }],
  'ring-inset': ['ring-inset'],
  'ring-offset': [{ 'ring-offset': [isLength] }],
  'ring-offset-color': [{ 'ring-offset': [any] }],
  ring: [{ ring: ['', isLength] }],
  'ring-color': [{ ring: [any] }],
  'outline-style': [{ outline: ['none', 'hidden', 'solid', 'dashed', 'dotted'] }],
  outline: [{ outline: ['', isLength] }],
  'outline-color': [{ outline: [any] }],
  'stroke-width': [{ stroke: [isLength] }],
  stroke: [{ stroke: [any] }],
  fill: [{ fill: [any] }],
}

/** A wide class takes the place of narrow ones that came before it. */
export const widerThan: Record<string, string[]> = {
  m: all('m', 'xytrbl'),
  mx: all('m', 'rl'),
  my: all('m', 'tb'),
  p: all('p', 'xytrbl'),
  px: all('p', 'rl'),
  py: all('p', 'tb'),
  size: ['w', 'h'],
  inset: ['inset-x', 'inset-y', 'top', 'right', 'bottom', 'left'],
  'inset-x': ['right', 'left'],
  'inset-y': ['top', 'bottom'],
  gap: ['gap-x', 'gap-y'],
  flex: ['basis', 'grow', 'shrink'],
  overflow: ['overflow-x', 'overflow-y'],
  'line-clamp': ['display', 'overflow'],
  border: borders,
  'border-x': ['border-r', 'border-l'],
  'border-y': ['border-t', 'border-b'],
  'border-color': borders.map((border) => `${border}-color`),
  rounded: corners,
  'font-size': ['leading'],
}
