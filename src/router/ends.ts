/** What is told outside of a work's end: the answer to a request, the failure of a handler with an id for the log. */
import type { Random } from '../base/index.ts'
import { addressText } from '../turn/index.ts'
import { notFound } from './attachments.ts'
import { type Failure, failure, type RouterAnswer, routerErrors } from './errors.ts'
import type { RouterLog } from './log.ts'
import { storeFault } from './redelivery.ts'
import { unknown } from './requests.ts'
import type { Work, WorkEnd } from './work.ts'

/** Codes of faults that say the same to the outside; all others are `HANDLER_FAILED`, with the rest in the log. */
const TOLD: ReadonlySet<string> = new Set(['TURN_TIMEOUT', 'CELL_KILLED'])

type Faulted = Extract<WorkEnd, { type: 'faulted' }>
type Powers = { readonly random: Random; readonly log: RouterLog }

/** Writes the fault to the log; what the caller is told names the line and nothing of its content. */
export function failed({ to, message }: Work, { fault, turn }: Faulted, { random, log }: Powers): Failure {
  const id = random.hex(6)
  const { code, stack } = fault
  const line = `'${message}' failed: ${code}: ${fault.message}`
  log({ level: 'error', from: to.component, entity: addressText(to), turn, message: line, data: { id, code, stack } })
  const error = routerErrors.HANDLER_FAILED({ component: to.component, message })
  return failure(TOLD.has(code) ? { ...error, code, message: fault.message, remedy: error.remedy } : error, { id })
}

/** The answer that an end gives, or null where it comes otherwise: with the verdict, or by a second look. */
export function answerOf(work: Work, end: WorkEnd, powers: Powers): RouterAnswer | null {
  switch (end.type) {
    case 'committed':
      return null
    case 'answered':
      return end.outcome
    case 'missing':
      return notFound(work.to)
    case 'faulted':
      return failed(work, end, powers)
    case 'refused': {
      const { because, message } = end.verdict
      if (because === 'duplicate') return null
      if (because !== 'failed') return unknown(message)
      const { fault } = storeFault(message)
      return { type: 'failed', code: fault.code, message: fault.message }
    }
    default:
      return end satisfies never
  }
}
