/** Who a message is for: one entity of one component. Written `auction/lot-1`; the key may hold further slashes. */

export type Address = { readonly component: string; readonly key: string }

/** Keys are short: they stand in every row, every frame and every log line. Counted in UTF-16 code units. */
export const KEY_LENGTH_MAX = 512

export function addressText({ component, key }: Address): string {
  return `${component}/${key}`
}

/** The inverse of `addressText`, or undefined for a text that has no slash or an empty side. */
export function parseAddress(text: string): Address | undefined {
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) return undefined
  return { component: text.slice(0, slash), key: text.slice(slash + 1) }
}
