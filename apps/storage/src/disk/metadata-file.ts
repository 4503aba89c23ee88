/** The metadata of a file lives beside it as `<name>-m`: `name\x02value` joined by \x01, sorted by name. */
export const METADATA_SUFFIX = '-m'
