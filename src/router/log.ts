/** The router's lines of the log, and those that it passes on for cells. */
export type RouterLog = (line: {
  readonly level: 'info' | 'warn' | 'error'
  /** The component, or 'router'. */
  readonly from: string
  readonly message: string
  /** `component/key`. */
  readonly entity?: string
  readonly turn?: number
  readonly data?: unknown
}) => void
