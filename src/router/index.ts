/** The router: mailboxes, delivery, answers. Talks to ports; knows no worker, no database, no socket. */
export type { Contracted, Contracts, From } from './admission.ts'
export type { Attach, Attached } from './attachments.ts'
export type { Failure, RouterAnswer } from './errors.ts'
export type { RouterLimits } from './limits.ts'
export type { RouterLog } from './log.ts'
export type { Router, RouterOptions, RouterRequest, RouterStatus } from './ports.ts'
export type { Read, ReadAnswer } from './reads.ts'
export { createRouter } from './router.ts'
