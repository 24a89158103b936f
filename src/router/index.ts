/** The router: mailboxes, delivery, back pressure. */
export { routerErrors } from './errors.ts'
export { ROUTER_LIMITS, type RouterLimits } from './limits.ts'
export type { Addressee, From, RouterAnswer, RouterLog, RouterOptions } from './options.ts'
export {
  type AttachRequest,
  createRouter,
  type ReadAnswer,
  type ReadRequest,
  Router,
  type RouterStatus,
  type TurnRequest,
} from './router.ts'
