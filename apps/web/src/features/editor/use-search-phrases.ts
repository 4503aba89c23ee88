import { useTranslations } from 'next-intl'

/** The words of CodeMirror's panel for finding, and what it tells readers. */
export function useSearchPhrases(): Record<string, string> {
  const t = useTranslations('editor')
  return {
    Find: t('search.find'),
    Replace: t('search.replaceWith'),
    next: t('search.next'),
    previous: t('search.previous'),
    all: t('search.all'),
    'match case': t('search.matchCase'),
    'by word': t('search.byWord'),
    regexp: t('search.regexp'),
    replace: t('search.replace'),
    'replace all': t('search.replaceAll'),
    close: t('search.close'),
    'current match': t('search.currentMatch'),
    'on line': t('search.onLine'),
    'replaced match on line $': t('search.replacedOnLine'),
    'replaced $ matches': t('search.replacedMatches'),
    'Go to line': t('search.goToLine'),
    go: t('search.go'),
    'Control character': t('search.controlCharacter'),
  }
}
