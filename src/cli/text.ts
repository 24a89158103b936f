/** How values look to a person: tables, sizes, spans of time, and texts from outside made harmless. */

/**
 * A text that may have come from anywhere (a key, a log line, an error), safe for a terminal: control characters and
 * those that reverse the direction of writing are shown, not obeyed.
 */
export function harmless(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, (character) => {
    if (lines && (character === '\n' || character === '\t')) return character
    const short = JSON.stringify(character).slice(1, -1)
    return short === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : short
  })
}

/** Columns as wide as their widest cell; the first row is the head. A column of numbers is right-aligned by `right`. */
export function table(options: {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly right?: readonly string[]
}): string[] {
  const { head, rows, right = [] } = options
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? title.length)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return right.includes(head[column] ?? '') ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)]
}

export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

/** `1 entity`, `2 entities`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = value
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  return `${unit === 0 || size >= 10 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

/** The two largest units of a span of time. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return '0 s'
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}

/** In UTC and to the second, so that two machines print the same. */
export function instant(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15
    ? new Date(ms)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z')
        .replace('T', ' ')
    : String(ms)
}

/** Enough of a digest to tell it from others by eye. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12)
}

/** Where to point a browser: an IPv6 address goes into brackets. */
export function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
