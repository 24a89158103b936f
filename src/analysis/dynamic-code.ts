/** Code that a release cannot hold, because what it is gets decided while it runs: `import()`, `require`, `eval`. */
import type { Finding } from '../base/index.ts'
import { finding } from './errors.ts'
import type { Locator } from './places.ts'
import { unwrap } from './scope.ts'
import { isCallExpression, isIdentifier, isNewExpression, type Node, type Program, SyntaxKind } from './typescript.ts'

/** What is called -> why that is refused. */
const DYNAMIC: Readonly<Record<string, string>> = {
  'import()': "'import()' loads code while the cell runs.",
  require: "'require' loads code while the cell runs.",
  eval: "'eval' makes code from text.",
  Function: "'Function' makes code from text.",
}

export function findDynamicCode({ program, locate }: { program: Program; locate: Locator }): Finding[] {
  const findings: Finding[] = []
  const visit = (node: Node): void => {
    const because =
      isCallExpression(node) || isNewExpression(node) ? DYNAMIC[calleeOf(node.expression, program)] : undefined
    if (because !== undefined) findings.push(finding('DYNAMIC_CODE', because, locate.located(node)))
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return findings
}

function calleeOf(expression: Node, program: Program): string {
  const callee = unwrap(expression)
  if (callee.kind === SyntaxKind.ImportKeyword) return 'import()'
  // A name that the author declared himself is not the global one.
  return isIdentifier(callee) && program.symbolOf(callee) === undefined ? callee.text : ''
}
