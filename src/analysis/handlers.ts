/**
 * The functions of a component that are handed its state, found by how they are written:
 * `declared.implement({ handlers: { bid(state, input, turn) {} } })`.
 *
 * Refused in them: assigning to the parameter itself, which changes nothing but a local name; and bit arithmetic on a
 * plain field of the state, whose bits would have a meaning that no schema, no plan and no migration can name.
 */
import type { Finding } from '../base/index.ts'
import { finding } from './errors.ts'
import type { Found } from './found.ts'
import { methodName, nameOf, type Scope, unwrap } from './scope.ts'
import {
  isBinaryExpression,
  isCallExpression,
  isElementAccessExpression,
  isFunctionLikeDeclaration,
  isIdentifier,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isVariableDeclaration,
  type Node,
  type Program,
  type SymbolKey,
  SyntaxKind,
} from './typescript.ts'
import type { Calls } from './writes.ts'

/** Groups of functions, and single functions, whose first parameter is the state. */
const STATE_GROUPS = new Set(['handlers', 'invariants'])
const STATE_FUNCTIONS = new Set(['attached', 'detached'])

const FLAG_OPERATORS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.BarToken,
  SyntaxKind.AmpersandToken,
  SyntaxKind.CaretToken,
  SyntaxKind.BarEqualsToken,
  SyntaxKind.AmpersandEqualsToken,
  SyntaxKind.CaretEqualsToken,
])

export function findStateMisuse(found: Found): Finding[] {
  const { program, scope, locate } = found
  const handed = stateParameters(program)
  const findings: Finding[] = []
  for (const write of found.writes) {
    if (write.kind !== 'binding' || write.root.type !== 'symbol' || !handed.has(write.root.symbol)) continue
    const because = `'${write.root.name}' is this turn's draft; assigning to the name drops the draft, and what was assigned is never committed.`
    findings.push(finding('REASSIGNED_STATE', because, locate.located(write.node)))
  }

  const stateful = followArguments(handed, scope, found.calls)
  const isOfState = (operand: Node): boolean => {
    const node = unwrap(operand)
    if (!isPropertyAccessExpression(node) && !isElementAccessExpression(node) && !isIdentifier(node)) return false
    const root = scope.rootOf(node)
    return root?.type === 'symbol' && stateful.has(root.symbol)
  }
  // `x | 0` rounds, and has nothing to do with flags.
  const isZero = (operand: Node): boolean => unwrap(operand).getText() === '0'
  const visit = (node: Node): void => {
    if (isBinaryExpression(node) && FLAG_OPERATORS.has(node.operatorToken.kind)) {
      const { left, right } = node
      const field = isOfState(left) ? left : isOfState(right) ? right : undefined
      if (field !== undefined && !isZero(left) && !isZero(right)) {
        const because = `'${field.getText()}' is a plain number, and its bits are used as flags.`
        findings.push(finding('UNDECLARED_FLAGS', because, locate.located(node)))
      }
    }
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return findings
}

/** The first parameter of every handler, invariant, `attached` and `detached`. */
function stateParameters(program: Program): Set<SymbolKey> {
  const values = new Map<SymbolKey, Node>()
  const parameters = new Set<SymbolKey>()
  const resolve = (node: Node): Node => {
    const value = unwrap(node)
    const symbol = isIdentifier(value) ? program.symbolOf(value) : undefined
    return (symbol === undefined ? undefined : values.get(symbol)) ?? value
  }
  const add = (value: Node): void => {
    const fn = resolve(value)
    const first = isFunctionLikeDeclaration(fn) ? fn.parameters[0] : undefined
    const symbol = first === undefined ? undefined : program.symbolOf(first.name)
    if (symbol !== undefined) parameters.add(symbol)
  }
  const members = (object: Node, each: (name: string, value: Node) => void): void => {
    const literal = resolve(object)
    if (!isObjectLiteralExpression(literal)) return
    for (const member of literal.properties) {
      const name = nameOf(member)
      if (name === undefined) continue
      const value = isPropertyAssignment(member)
        ? member.initializer
        : isFunctionLikeDeclaration(member)
          ? member
          : name
      each(name.getText(), value)
    }
  }
  const declare = (node: Node): void => {
    if (isVariableDeclaration(node) && node.initializer !== undefined) {
      const symbol = program.symbolOf(node.name)
      if (symbol !== undefined) values.set(symbol, unwrap(node.initializer))
    }
    const name = isFunctionLikeDeclaration(node) ? nameOf(node) : undefined
    const symbol = name === undefined ? undefined : program.symbolOf(name)
    if (symbol !== undefined) values.set(symbol, node)
    node.forEachChild(declare)
  }
  const visit = (node: Node): void => {
    const behaviour = isCallExpression(node) && methodName(node) === 'implement' ? node.arguments[0] : undefined
    if (behaviour !== undefined) {
      members(behaviour, (name, value) => {
        if (STATE_GROUPS.has(name)) members(value, (_, handler) => add(handler))
        if (STATE_FUNCTIONS.has(name)) add(value)
      })
    }
    node.forEachChild(visit)
  }
  for (const source of program.sources) declare(source)
  for (const source of program.sources) visit(source)
  return parameters
}

/** Parameters of helpers that are called with the state or a part of it, helpers of helpers included. */
function followArguments(handed: ReadonlySet<SymbolKey>, scope: Scope, { calls, parametersOf }: Calls): Set<SymbolKey> {
  const stateful = new Set(handed)
  for (let before = -1; before !== stateful.size; ) {
    before = stateful.size
    for (const { symbol, node } of calls) {
      for (const [i, parameter] of parametersOf(symbol).entries()) {
        const argument = node.arguments[i]
        const root = argument === undefined ? undefined : scope.rootOf(argument)
        if (parameter !== undefined && root?.type === 'symbol' && stateful.has(root.symbol)) stateful.add(parameter)
      }
    }
  }
  return stateful
}
