const ASCII = /^[ -~]*$/
const LATIN_ACCENTS = /(?<=\p{Script=Latin})\p{M}+/gu

/** Text as names are compared: without regard to case, width and Latin accents. */
export function folded(text: string): string {
  // Of these nothing has another form; a search folds hundreds of names.
  if (ASCII.test(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(LATIN_ACCENTS, '').normalize('NFKC').toLowerCase()
}
