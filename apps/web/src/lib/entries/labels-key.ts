/** Where browsers keep the counts of categories and the tags; to be asked for again whenever entries come or go. */
export const LABELS_KEY = ['labels'] as const
