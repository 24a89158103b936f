/**
 * Who owns a variable, and what an expression is a part of. A binding without an owner lives as long as the module:
 * that is where state can hide.
 */
import {
  type CallExpression,
  type Expression,
  type FunctionLikeDeclaration,
  isAsExpression,
  isBindingElement,
  isCallExpression,
  isClassLikeDeclaration,
  isElementAccessExpression,
  isFunctionLikeDeclaration,
  isIdentifier,
  isImportDeclaration,
  isNamespaceImport,
  isNonNullExpression,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isSatisfiesExpression,
  isVariableDeclaration,
  type Node,
  type Program,
  type SymbolKey,
  SyntaxKind,
} from './typescript.ts'

/** Calls that run their callback at once and do not keep it. */
const ITERATIONS = new Set(
  'forEach map flatMap filter some every find findIndex findLast findLastIndex reduce reduceRight sort toSorted from replace replaceAll'.split(
    ' ',
  ),
)
/** Methods that hand out a part of their object rather than a copy. */
const ACCESSORS = new Set('at get find findLast values entries'.split(' '))
/** Aliases of aliases are followed this far: a bound, not a limit that code would meet. */
const ALIAS_DEPTH_MAX = 20

/** What an expression is a part of: a declared thing, the `this` of a function, or a name that nothing declares. */
export type Root =
  | { readonly type: 'symbol'; readonly symbol: SymbolKey; readonly name: string }
  | { readonly type: 'this'; readonly node: Node }
  | { readonly type: 'global'; readonly name: string }

export type Scope = {
  /** The function that a node belongs to, callbacks that run at once left out; undefined: the module itself. */
  ownerOf(node: Node): FunctionLikeDeclaration | undefined
  rootOf(expression: Node): Root | undefined
}

export function unwrap(node: Node): Node {
  let inner = node
  while (
    isParenthesizedExpression(inner) ||
    isAsExpression(inner) ||
    isNonNullExpression(inner) ||
    isSatisfiesExpression(inner)
  ) {
    inner = inner.expression
  }
  return inner
}

/** The name that a declaration or a member of an object literal has, if it has one. */
export function nameOf(node: Node): Node | undefined {
  return (node as Node & { readonly name?: Node }).name
}

/** `push` in `list.push(1)`. */
export function methodName(call: CallExpression): string | undefined {
  return isPropertyAccessExpression(call.expression) ? call.expression.name.text : undefined
}

/** The initializers of local names that stand for (a part of) something else. */
function aliasesIn(program: Program): Map<SymbolKey, Expression> {
  const aliases = new Map<SymbolKey, Expression>()
  const bind = (name: Node, source: Expression): void => {
    if (isIdentifier(name)) {
      const symbol = program.symbolOf(name)
      if (symbol !== undefined) aliases.set(symbol, source)
      return
    }
    name.forEachChild((element) => {
      if (isBindingElement(element) && element.name !== undefined) bind(element.name, source)
    })
  }
  const visit = (node: Node): void => {
    if (isVariableDeclaration(node)) {
      const loop = node.parent.parent
      if (node.initializer !== undefined) bind(node.name, node.initializer)
      else if (loop.kind === SyntaxKind.ForOfStatement)
        bind(node.name, (loop as Node & { expression: Expression }).expression)
    }
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return aliases
}

/** The names of `import * as name`. */
function namespacesIn(program: Program): Set<SymbolKey> {
  const names = program.sources
    .flatMap((source) => source.statements.filter(isImportDeclaration))
    .flatMap(({ importClause }) => importClause?.namedBindings ?? [])
    .filter(isNamespaceImport)
  return new Set(names.flatMap(({ name }) => program.symbolOf(name) ?? []))
}

/** Whether a function runs where it is written, and only then: `(() => ...)()`, or a callback of an iteration. */
function runsAtOnce(fn: Node): boolean {
  if (fn.kind !== SyntaxKind.ArrowFunction && fn.kind !== SyntaxKind.FunctionExpression) return false
  let inner = fn
  while (isParenthesizedExpression(inner.parent)) inner = inner.parent
  const call = inner.parent
  if (!isCallExpression(call)) return false
  if (call.expression === inner) return true
  return ITERATIONS.has(methodName(call) ?? '')
}

export function scopeOf(program: Program): Scope {
  const aliases = aliasesIn(program)
  const namespaces = namespacesIn(program)

  const ownerOf = (node: Node): FunctionLikeDeclaration | undefined => {
    for (let above = node.parent; above !== undefined; above = above.parent) {
      if (isFunctionLikeDeclaration(above) && !runsAtOnce(above)) return above
    }
    return undefined
  }

  const rootOf = (expression: Node, depth = 0): Root | undefined => {
    const node = unwrap(expression)
    if (depth > ALIAS_DEPTH_MAX) return undefined
    if (isPropertyAccessExpression(node)) {
      // A member of `import * as all` is a declared thing of its own, not a part of one.
      const isExport = namespaces.has(program.symbolOf(unwrap(node.expression)) ?? '')
      const symbol = isExport ? program.symbolOf(node.name) : undefined
      if (symbol !== undefined) return { type: 'symbol', symbol, name: node.name.text }
    }
    if (isPropertyAccessExpression(node) || isElementAccessExpression(node)) return rootOf(node.expression, depth + 1)
    if (node.kind === SyntaxKind.ThisKeyword) return { type: 'this', node }
    if (isCallExpression(node)) {
      const isAccess = isPropertyAccessExpression(node.expression) && ACCESSORS.has(node.expression.name.text)
      return isAccess ? rootOf(node.expression, depth + 1) : undefined
    }
    if (!isIdentifier(node)) return undefined
    const symbol = program.symbolOf(node)
    if (symbol === undefined) return { type: 'global', name: node.text }
    const source = aliases.get(symbol)
    const beyond = source === undefined ? undefined : rootOf(source, depth + 1)
    return beyond === undefined || beyond.type === 'global' ? { type: 'symbol', symbol, name: node.text } : beyond
  }

  return { ownerOf, rootOf: (expression) => rootOf(expression) }
}

/** The class or object whose method a `this` belongs to, and that method. */
export function thisOwner(node: Node): { readonly method: Node; readonly holder: Node } | undefined {
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (above.kind === SyntaxKind.ArrowFunction || !isFunctionLikeDeclaration(above)) {
      if (isClassLikeDeclaration(above)) return undefined
      continue
    }
    return { method: above, holder: above.parent }
  }
  return undefined
}
