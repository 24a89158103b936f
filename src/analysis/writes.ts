/**
 * Every place where code changes something that it did not just make: assignments to members, `++`, `delete`, methods
 * that change their object, `Object.assign`; and calls that pass something to a function which changes it.
 */
import { methodName, nameOf, type Root, type Scope, thisOwner, unwrap } from './scope.ts'
import {
  type CallExpression,
  type Expression,
  type FunctionLikeDeclaration,
  isBinaryExpression,
  isCallExpression,
  isClassLikeDeclaration,
  isDeleteExpression,
  isElementAccessExpression,
  isFunctionLikeDeclaration,
  isIdentifier,
  isPostfixUnaryExpression,
  isPrefixUnaryExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isSpreadAssignment,
  isVariableDeclaration,
  type Node,
  type Program,
  type SymbolKey,
  SyntaxKind,
} from './typescript.ts'

/** `member`: a part of the root is changed. `binding`: the name itself is assigned again. */
export type Write = {
  readonly kind: 'member' | 'binding'
  readonly root: Root
  readonly node: Node
  readonly how: string
}

const CHANGING_METHODS = new Set(
  'push pop shift unshift splice sort reverse fill copyWithin set add delete clear append next'.split(' '),
)
const CHANGING_DATE_METHOD = /^set(UTC)?(Date|FullYear|Hours|Milliseconds|Minutes|Month|Seconds|Time)$/
/** Functions that change their first argument. */
const CHANGING_FUNCTIONS =
  /^(Object\.(assign|define(Property|Properties)|setPrototypeOf)|Reflect\.(set|defineProperty|deleteProperty|setPrototypeOf))$/

export type Calls = {
  /** Calls of functions and methods that the author declared, by the symbol of what is called. */
  readonly calls: readonly { readonly symbol: SymbolKey; readonly node: CallExpression }[]
  /** The parameters of a declared function: the symbol of each plain one. */
  parametersOf(symbol: SymbolKey): readonly (SymbolKey | undefined)[]
}

/** Finds declared functions and their calls, so that facts can follow arguments into parameters. */
export function callsIn(program: Program): Calls {
  const parameters = new Map<SymbolKey, readonly (SymbolKey | undefined)[]>()
  const calls: { symbol: SymbolKey; node: CallExpression }[] = []
  const declare = (name: Node | undefined, fn: FunctionLikeDeclaration): void => {
    const symbol = name === undefined ? undefined : program.symbolOf(name)
    if (symbol !== undefined)
      parameters.set(
        symbol,
        fn.parameters.map((parameter) => program.symbolOf(parameter.name)),
      )
  }
  const visit = (node: Node): void => {
    if (isFunctionLikeDeclaration(node)) declare(nameOf(node), node)
    if ((isVariableDeclaration(node) || isPropertyAssignment(node)) && node.initializer !== undefined) {
      const value = unwrap(node.initializer)
      if (isFunctionLikeDeclaration(value)) declare(node.name, value)
    }
    if (isCallExpression(node)) {
      const callee = unwrap(node.expression)
      const symbol = program.symbolOf(isPropertyAccessExpression(callee) ? callee.name : callee)
      if (symbol !== undefined) calls.push({ symbol, node })
    }
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return { calls, parametersOf: (symbol) => parameters.get(symbol) ?? [] }
}

/** The writes that stand in the code itself. */
function directWrites(program: Program, scope: Scope): Write[] {
  const writes: Write[] = []
  const write = (target: Node, node: Node, how: string): void => {
    const inner = unwrap(target)
    if (inner.kind === SyntaxKind.ArrayLiteralExpression || inner.kind === SyntaxKind.ObjectLiteralExpression) {
      inner.forEachChild((element) => {
        if (isPropertyAssignment(element)) write(element.initializer, node, how)
        else if (element.kind === SyntaxKind.SpreadElement || isSpreadAssignment(element)) {
          write((element as Node & { expression: Expression }).expression, node, how)
        } else write(element, node, how)
      })
      return
    }
    const isMember = isPropertyAccessExpression(inner) || isElementAccessExpression(inner)
    const root = isMember ? scope.rootOf(inner) : bindingOf(program, inner)
    if (root !== undefined) writes.push({ kind: isMember ? 'member' : 'binding', root, node, how })
  }
  const change = (object: Node, node: Node, how: string): void => {
    const root = scope.rootOf(object)
    if (root !== undefined) writes.push({ kind: 'member', root, node, how })
  }
  const visit = (node: Node): void => {
    if (isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) write(node.left, node, 'assigns to it')
    if (isPostfixUnaryExpression(node) || isPrefixUnaryExpression(node)) {
      if (node.operator === SyntaxKind.PlusPlusToken) write(node.operand, node, "changes it with '++'")
      if (node.operator === SyntaxKind.MinusMinusToken) write(node.operand, node, "changes it with '--'")
    }
    if (isDeleteExpression(node)) change(node.expression, node, "changes it with 'delete'")
    if (isCallExpression(node)) {
      const name = methodName(node) ?? ''
      const callee = node.expression
      const first = node.arguments[0]
      if (isPropertyAccessExpression(callee) && (CHANGING_METHODS.has(name) || CHANGING_DATE_METHOD.test(name))) {
        change(callee.expression, node, `calls '${name}' on it`)
      }
      const functionName = first === undefined ? '' : callee.getText()
      if (first !== undefined && CHANGING_FUNCTIONS.test(functionName))
        change(first, node, `calls '${functionName}' on it`)
    }
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return writes
}

function bindingOf(program: Program, node: Node): Root | undefined {
  if (!isIdentifier(node)) return undefined
  const symbol = program.symbolOf(node)
  return symbol === undefined ? undefined : { type: 'symbol', symbol, name: node.text }
}

export function isAssignment(kind: SyntaxKind): boolean {
  return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment
}

/**
 * All writes, with those through functions: a parameter that is written makes every argument written, and a method
 * that writes to `this` makes its object written, until nothing new is found.
 */
export function writesIn(program: Program, scope: Scope, { calls, parametersOf }: Calls): Write[] {
  const writes: Write[] = []
  const changedSymbols = new Set<SymbolKey>()
  let fresh = directWrites(program, scope)
  // Each call site yields at most one write per argument and one for its object, so this ends.
  const followed = new Set<Node>()
  while (fresh.length > 0) {
    for (const found of fresh) {
      const settled = ofThis(found, program)
      if (settled === undefined) continue
      if (settled.root.type === 'symbol' && settled.kind === 'member') changedSymbols.add(settled.root.symbol)
      if (settled.root.type !== 'this') writes.push(settled)
    }
    fresh = []
    for (const { symbol, node } of calls) {
      const callee = unwrap(node.expression)
      const name = callee.getText()
      if (changedSymbols.has(symbol) && isPropertyAccessExpression(callee) && !followed.has(callee)) {
        followed.add(callee)
        const root = scope.rootOf(callee.expression)
        if (root !== undefined) fresh.push({ kind: 'member', root, node, how: `calls '${name}', which changes it` })
      }
      for (const [i, parameter] of parametersOf(symbol).entries()) {
        const argument = node.arguments[i]
        if (parameter === undefined || argument === undefined || followed.has(argument)) continue
        if (!changedSymbols.has(parameter)) continue
        followed.add(argument)
        const root = scope.rootOf(argument)
        if (root !== undefined)
          fresh.push({ kind: 'member', root, node, how: `passes it to '${name}', which changes it` })
      }
    }
  }
  return writes
}

/**
 * A write to `this`: in a constructor it makes something new; in a static method it changes the class; in any other
 * it makes the method itself a changing one, under the method's own symbol.
 */
function ofThis(write: Write, program: Program): Write | undefined {
  if (write.root.type !== 'this') return write
  const owner = thisOwner(write.root.node)
  if (owner === undefined || owner.method.kind === SyntaxKind.Constructor) return undefined
  const { method, holder } = owner
  const isStatic =
    isFunctionLikeDeclaration(method) && (method.modifiers ?? []).some((m) => m.kind === SyntaxKind.StaticKeyword)
  const named = isStatic && isClassLikeDeclaration(holder) ? holder.name : nameOfMethod(method)
  const symbol = named === undefined ? undefined : program.symbolOf(named)
  if (named === undefined || symbol === undefined) return undefined
  return { ...write, root: { type: 'symbol', symbol, name: named.getText() } }
}

function nameOfMethod(method: Node): Node | undefined {
  if (!isFunctionLikeDeclaration(method)) return undefined
  const name = nameOf(method)
  if (name !== undefined) return name
  return isPropertyAssignment(method.parent) ? method.parent.name : undefined
}
