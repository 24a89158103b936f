/** Keys and money, shared by all contracts. They stand alone, so that contracts may refer to each other's. */
import { unit } from 'selfsame'
import * as z from 'zod'

export const AccountId = z.string().min(1).max(40)
export const LotId = z.string().min(1).max(40)
export const HoldId = z.string().max(40)
/** Dollars with cents behind the point. */
export const dollars = () => unit('dollars').min(0).max(1_000_000_000)
