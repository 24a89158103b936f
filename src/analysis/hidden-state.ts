/**
 * Hidden state: what lives as long as the module, and changes. No schema describes it, no boot restores it and no
 * patch converts it. Found are variables at module level, objects, collections and classes at module level that some
 * function writes to, and variables that a function called at module level keeps in a closure.
 *
 * Not found: what a function writes through a value that it was handed by a package, and what packages keep themselves.
 * Those are listed as not proven stateless.
 */
import type { Finding } from '../base/index.ts'
import { finding } from './errors.ts'
import type { Found } from './found.ts'
import { methodName, type Scope, unwrap } from './scope.ts'
import {
  isBindingElement,
  isCallExpression,
  isClassLikeDeclaration,
  isConstant,
  isFunctionDeclaration,
  isFunctionLikeDeclaration,
  isIdentifier,
  isPropertyAccessExpression,
  isRegularExpressionLiteral,
  isVariableDeclaration,
  type Node,
  type Program,
  type SymbolKey,
  SyntaxKind,
} from './typescript.ts'
import type { Calls } from './writes.ts'

type Binding = {
  readonly name: string
  readonly node: Node
  readonly owner: Node | undefined
  readonly constant: boolean
}

const GLOBALS = new Set(['globalThis', 'global', 'self', 'window', 'process'])

export function findHidden(found: Found): Finding[] {
  const { program, scope, locate } = found
  const { bindings, mutableRegExps } = bindingsIn(program, scope)
  const factories = calledAtModuleLevel(program, scope, found.calls)
  const findings: Finding[] = []
  const reported = new Set<Node>()
  const report = (node: Node, key: Node, because: string): void => {
    if (reported.has(key)) return
    reported.add(key)
    findings.push(finding('HIDDEN_STATE', because, locate.located(node)))
  }

  for (const binding of bindings.values()) {
    if (binding.owner !== undefined || binding.constant) continue
    report(
      binding.node,
      binding.node,
      `'${binding.name}' is a variable at module level: it outlives every turn, and no schema describes it.`,
    )
  }
  for (const write of found.writes) {
    const writer = scope.ownerOf(write.node)
    if (writer === undefined) continue
    // TypeScript knows a few of the globals by symbol, even without its library.
    const isDeclared = write.root.type === 'symbol' && bindings.has(write.root.symbol)
    if (write.root.type !== 'this' && !isDeclared) {
      if (GLOBALS.has(write.root.name)) {
        report(
          write.node,
          write.node,
          `This function changes '${write.root.name}': what it leaves there outlives the turn.`,
        )
      }
      continue
    }
    if (write.root.type !== 'symbol') continue
    const binding = bindings.get(write.root.symbol)
    if (binding === undefined) continue
    if (binding.owner === undefined) {
      if (write.kind === 'member') {
        report(
          write.node,
          binding.node,
          `'${binding.name}' (${locate.text(binding.node)}) lives as long as the module, and this function ${write.how}.`,
        )
      }
    } else if (factories.has(binding.owner) && writer !== binding.owner && !isCallback(writer)) {
      report(
        write.node,
        binding.node,
        `'${binding.name}' (${locate.text(binding.node)}) is kept by a function that was made at module level, and this function ${write.how}.`,
      )
    }
  }
  for (const { call, symbol } of regExpUses(program)) {
    const binding = mutableRegExps.has(symbol) ? bindings.get(symbol) : undefined
    if (binding === undefined || binding.owner !== undefined || scope.ownerOf(call) === undefined) continue
    report(
      call,
      binding.node,
      `'${binding.name}' (${locate.text(binding.node)}) remembers its lastIndex from one turn to the next, for it has the flag g or y.`,
    )
  }
  return findings
}

/**
 * Whether a function is handed to a call. Within a function that runs while the module is evaluated we take it to have
 * ended with it, as in `visit(tree, (node) => found.push(node))`; a callback that is kept is not found here.
 */
function isCallback(fn: Node): boolean {
  const { parent } = fn
  return isCallExpression(parent) && parent.arguments.some((argument) => argument === fn)
}

/** Everything that is declared with a name and holds a value. */
function bindingsIn(
  program: Program,
  scope: Scope,
): { bindings: Map<SymbolKey, Binding>; mutableRegExps: Set<SymbolKey> } {
  const bindings = new Map<SymbolKey, Binding>()
  const mutableRegExps = new Set<SymbolKey>()
  const bind = (name: Node, constant: boolean): void => {
    if (!isIdentifier(name)) {
      name.forEachChild((element) => {
        if (isBindingElement(element) && element.name !== undefined) bind(element.name, constant)
      })
      return
    }
    const symbol = program.symbolOf(name)
    if (symbol !== undefined)
      bindings.set(symbol, { name: name.text, node: name, owner: scope.ownerOf(name.parent), constant })
  }
  const visit = (node: Node): void => {
    if (isVariableDeclaration(node) && !isAmbient(node)) {
      // The variable of a loop at module level ends with the loop, unless it is a `var`.
      const isLoops = node.parent.parent.kind !== SyntaxKind.VariableStatement
      bind(node.name, isConstant(node.parent) || isLoops)
      const value = node.initializer === undefined ? undefined : unwrap(node.initializer)
      const symbol = program.symbolOf(node.name)
      if (
        value !== undefined &&
        isRegularExpressionLiteral(value) &&
        /\/[a-z]*[gy][a-z]*$/.test(value.text) &&
        symbol !== undefined
      ) {
        mutableRegExps.add(symbol)
      }
    }
    if ((isClassLikeDeclaration(node) || isFunctionDeclaration(node)) && node.name !== undefined) bind(node.name, true)
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return { bindings, mutableRegExps }
}

function isAmbient(declaration: Node): boolean {
  const statement = declaration.parent.parent as Node & { modifiers?: readonly Node[] }
  return (statement.modifiers ?? []).some((modifier) => modifier.kind === SyntaxKind.DeclareKeyword)
}

/** Functions of the author's that are called while a module is evaluated: what their closures keep stays. */
function calledAtModuleLevel(program: Program, scope: Scope, { calls }: Calls): Set<Node> {
  const called = new Set(calls.filter(({ node }) => scope.ownerOf(node) === undefined).map(({ symbol }) => symbol))
  const functions = new Set<Node>()
  const visit = (node: Node): void => {
    const name = isFunctionDeclaration(node) || isVariableDeclaration(node) ? node.name : undefined
    const symbol = name === undefined ? undefined : program.symbolOf(name)
    if (symbol !== undefined && called.has(symbol)) {
      const fn = isVariableDeclaration(node) && node.initializer !== undefined ? unwrap(node.initializer) : node
      if (isFunctionLikeDeclaration(fn)) functions.add(fn)
    }
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return functions
}

function regExpUses(program: Program): { call: Node; symbol: SymbolKey }[] {
  const uses: { call: Node; symbol: SymbolKey }[] = []
  const visit = (node: Node): void => {
    if (isCallExpression(node) && isPropertyAccessExpression(node.expression)) {
      const symbol = program.symbolOf(unwrap(node.expression.expression))
      const name = methodName(node)
      if (symbol !== undefined && (name === 'test' || name === 'exec')) uses.push({ call: node, symbol })
    }
    node.forEachChild(visit)
  }
  for (const source of program.sources) visit(source)
  return uses
}
