/** `selfsame/testkit`: a whole system in one process, on a simulated clock, for users' tests and for ours. */
import type { System } from '../component/index.ts'
import { type TestOptions, TestSystem } from './test-system.ts'

export { testkitErrors } from './errors.ts'
export { seededRandom } from './seeded-random.ts'
export { SimulatedClock } from './simulated-clock.ts'
export type { TestOptions, TestSystem } from './test-system.ts'
export type { Watched } from './watched.ts'

/**
 * Starts a system for a test: `await using house = await testSystem(system, { config })`.
 * @throws SYSTEM_REFUSED, CONFIG_INVALID, CONFIG_UNKNOWN, SECRET_MISSING
 */
export function testSystem(system: System, options: TestOptions = {}): Promise<TestSystem> {
  return TestSystem.start(system, options)
}
