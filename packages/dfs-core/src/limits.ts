// Widths and limits of the FastDFS wire (client protocol §1.3). Sizes in bytes.

/** Group name: 1..16 of A–Z a–z 0–9; padded to this width on the wire. */
export const GROUP_NAME_SIZE = 16
/** Group fields of JOIN, GET_MY_IP and the list records carry one NUL more. */
export const GROUP_NAME_FIELD_SIZE = 17
/** Storage id field; the text itself has at most 15 characters. */
export const STORAGE_ID_SIZE = 16
export const STORAGE_ID_LENGTH_MAX = 15
/** Largest numeric storage id: three bytes, so that it cannot be taken for an IPv4 address inside a file name. */
export const STORAGE_ID_NUMBER_MAX = 0xff_ff_ff
/** IPv4 text plus NUL, and the same inside query responses, where the NUL is not sent. */
export const IPV4_FIELD_SIZE = 16
export const IPV4_QUERY_FIELD_SIZE = 15
/** IPv6 text plus NUL, and the same inside query responses. */
export const IPV6_FIELD_SIZE = 46
export const IPV6_QUERY_FIELD_SIZE = 45
export const VERSION_SIZE = 8
export const EXTENSION_SIZE = 6
export const SLAVE_PREFIX_SIZE = 16
/** `ip:port` text, IPv6 in brackets. */
export const HOST_FIELD_SIZE = 52

export const METADATA_NAME_SIZE_MAX = 64
export const METADATA_VALUE_SIZE_MAX = 256

/** `M00/HH/HH/` + 27 + 7 characters: normal files and appenders. */
export const LOGIC_NAME_SIZE = 44
/** A trunk file carries 16 characters more for its slot. */
export const TRUNK_LOGIC_NAME_SIZE = 60
/** Longest logic name that any command takes: the C storage keeps names in 128 bytes with the NUL (§4.0). */
export const LOGIC_NAME_SIZE_MAX = 127
/** Shortest logic name of which the storage looks at more than the length. */
export const LOGIC_NAME_SIZE_MIN = 11
/** Trackers take logic names of this length and more (client protocol §3.2). */
export const QUERY_NAME_SIZE_MIN = 22

export const STORAGES_PER_GROUP_MAX = 32
export const TRACKERS_MAX = 16
export const STORE_PATHS_MAX = 256
export const SUBDIRS_PER_LEVEL_MAX = 256

/** Store path index of an upload that lets the storage choose: −1 as a byte (client protocol §4.1). */
export const STORE_PATH_ANY = 0xff

/** Requests other than streamed uploads must fit the C server's default buffer (`buff_size`). */
export const BUFFERED_BODY_SIZE_MAX = 256 * 1024

export const DEFAULT_TRACKER_PORT = 22_122
export const DEFAULT_STORAGE_PORT = 23_000

/** A ticket or receipt token is at most this long. */
export const TOKEN_SIZE_MAX = 1024
/** Clock skew granted to a ticket after its `exp`. */
export const TICKET_SKEW_SECONDS = 60
