/** The class of a tag's colour: the words of a tag's colour are those of the database. */
const tones: Record<string, string> = {
  teal: 'text-folder',
  blue: 'text-[var(--category-document)]',
  purple: 'text-[var(--category-archive)]',
  red: 'text-[var(--category-video)]',
  orange: 'text-[var(--category-audio)]',
  yellow: 'text-[var(--tag-yellow)]',
  green: 'text-[var(--category-image)]',
  grey: 'text-[var(--category-other)]',
}

export function tagTone(colour: string): string {
  return tones[colour] ?? 'text-[var(--category-other)]'
}
