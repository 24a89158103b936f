/**
 * The system's invariants: sums over all entities and over all messages in flight, taken in pieces. Sums of a system
 * that is at work are a first approximation: pieces are read one after another, and what moves meanwhile may be
 * counted twice or not at all. So a sum that does not hold is taken again before it is told.
 */
import { FOLD_TEXTS_MAX, type FoldPlan } from '../cell/index.ts'
import { outboxPages, recordPages } from '../store/index.ts'
import type { Store } from '../turn/index.ts'
import type { Edge } from './edge.ts'

const ATTEMPTS_MAX = 5

export type InvariantResult = { readonly name: string; readonly sum: number; readonly holds: boolean }

export async function checkInvariants(options: { store: Store; edge: Edge }): Promise<readonly InvariantResult[]> {
  const { store, edge } = options
  const results: InvariantResult[] = []
  for (const plan of await edge.plans()) {
    let result: InvariantResult = { name: plan.invariant, sum: Number.NaN, holds: false }
    for (let attempt = 0; attempt < ATTEMPTS_MAX && !result.holds; attempt++) {
      const sum = (await sumOfEntities(plan, store, edge)) + (await sumOfMessages(plan, store, edge))
      result = { name: plan.invariant, sum, holds: await edge.holds(plan.invariant, sum) }
    }
    results.push(result)
  }
  return results
}

async function sumOfEntities(plan: FoldPlan, store: Store, edge: Edge): Promise<number> {
  let sum = 0
  for (const component of plan.entities) {
    for await (const records of recordPages(store, { component, pageRows: FOLD_TEXTS_MAX })) {
      const texts = records.map(({ state }) => state)
      sum += await edge.fold({ invariant: plan.invariant, of: { component, message: null }, texts })
    }
  }
  return sum
}

async function sumOfMessages(plan: FoldPlan, store: Store, edge: Edge): Promise<number> {
  if (plan.messages.length === 0) return 0
  let sum = 0
  for await (const rows of outboxPages(store, { pageRows: FOLD_TEXTS_MAX })) {
    for (const { component, message } of plan.messages) {
      const texts = rows
        .filter((row) => row.to.component === component && row.message === message && row.fate === null)
        .map(({ input }) => input ?? 'null')
      if (texts.length > 0) sum += await edge.fold({ invariant: plan.invariant, of: { component, message }, texts })
    }
  }
  return sum
}
