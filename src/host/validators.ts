/** The validators of a release, for the main thread: compiled by our build from schemas, so no author's code is in them. */
import { Script } from 'node:vm'
import type { CellImage, Release } from '../release/index.ts'
import type { Validators } from '../schema/index.ts'

export function loadValidators(release: Release, image: CellImage): Validators {
  if (image.validators === null) return {}
  const text = new TextDecoder().decode(release.read(image.validators.path))
  const exports = new Script(text, { filename: `validators:${image.name}` }).runInThisContext() as () => {
    validators: Validators
  }
  return exports().validators
}
