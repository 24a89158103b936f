/** Every bound that the engine holds a turn or its own memory to, with its unit. */

/** UTF-8 bytes of an entity's state. Above it a turn passes only if the record got shorter. */
export const ENTITY_BYTES_MAX = 256 * 1024

/** Estimated bytes of all records that a cell keeps parsed or as text. */
export const CACHE_BYTES_MAX = 64 * 1024 * 1024

/** Messages that one turn may send. */
export const SENDS_MAX = 1_000
/** Events that one turn may publish. */
export const EVENTS_MAX = 1_000
/** Timers that one turn may set or cancel, by name. */
export const TIMERS_MAX = 100
/** Waits that one turn may answer. */
export const REPLIES_MAX = 1_000
/** Asks and fetches of one turn. */
export const CALLS_MAX = 1_000
/** Log lines of one turn; what follows is dropped, and one line says so. */
export const LOGS_MAX = 1_000
/** UTF-16 code units of the data of one log line; longer data is cut. */
export const LOG_DATA_LENGTH_MAX = 16 * 1024

/** Keys of one page of `turn.list`. */
export const LIST_LIMIT_MAX = 1_000
/** UTF-16 code units of a timer's name. */
export const TIMER_NAME_LENGTH_MAX = 200
/** Nesting of a JSON value; deeper means that it refers to itself. */
export const JSON_DEPTH_MAX = 200
/** The latest instant that a Date can hold, in milliseconds. Timers further away are due then. */
export const INSTANT_MAX_MS = 8_640_000_000_000_000

/** What a cell holds its entities to; a host may lower both. */
export type EngineLimits = { readonly entityBytesMax?: number | undefined; readonly cacheBytesMax?: number | undefined }
