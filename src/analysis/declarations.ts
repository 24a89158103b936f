/** Where an author wrote what other rooms have findings about: the imports of a file, and the parts of a component. */
import type { Place } from '../base/index.ts'
import type { Locator } from './places.ts'
import { nameOf, unwrap } from './scope.ts'
import {
  isCallExpression,
  isExportDeclaration,
  isIdentifier,
  isImportDeclaration,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isStringLiteral,
  isVariableDeclaration,
  type Node,
  type Program,
  type SymbolKey,
} from './typescript.ts'

export type Import = { readonly file: string; readonly specifier: string; readonly place: Place }

/** `part`: 'contract' for it as a whole, an option such as 'state', or a member of one: 'state.bids', 'messages.bid'. */
export type Declaration = { readonly component: string; readonly part: string; readonly place: Place }

/** Every static import and re-export, those of types included. */
export function importsIn({ program, locate }: { program: Program; locate: Locator }): Import[] {
  return program.sources.flatMap((source) =>
    source.statements.flatMap((statement) => {
      if (!isImportDeclaration(statement) && !isExportDeclaration(statement)) return []
      const specifier = statement.moduleSpecifier
      if (specifier === undefined || !isStringLiteral(specifier)) return []
      return [{ file: source.fileName, specifier: specifier.text, place: locate.place(specifier) }]
    }),
  )
}

/** `contract('auction', ...)`, `component(Auction, { state, ... })`, and the members of each option. */
export function declarationsIn({ program, locate }: { program: Program; locate: Locator }): Declaration[] {
  const declarations: Declaration[] = []
  const contracts = new Map<SymbolKey, string>()
  const each = (visit: (call: { name: string; args: readonly Node[]; node: Node }) => void): void => {
    const walk = (node: Node): void => {
      if (isCallExpression(node) && isIdentifier(node.expression)) {
        visit({ name: node.expression.text, args: node.arguments, node })
      }
      node.forEachChild(walk)
    }
    for (const source of program.sources) walk(source)
  }
  const options = (component: string, literal: Node | undefined): void => {
    for (const [option, name, value] of members(literal)) {
      declarations.push({ component, part: option, place: locate.place(name) })
      // `messages: { bid: ... }`, and `state: z.strictObject({ bids: ... })`.
      const inner = isCallExpression(value) ? value.arguments[0] : value
      for (const [field, at] of members(inner)) {
        declarations.push({ component, part: `${option}.${field}`, place: locate.place(at) })
      }
    }
  }
  each(({ name, args: [first, definition], node }) => {
    if (name !== 'contract' || first === undefined || !isStringLiteral(first)) return
    declarations.push({ component: first.text, part: 'contract', place: locate.place(first) })
    options(first.text, definition)
    const symbol = isVariableDeclaration(node.parent) ? program.symbolOf(node.parent.name) : undefined
    if (symbol !== undefined) contracts.set(symbol, first.text)
  })
  each(({ name, args: [contract, declared] }) => {
    if ((name !== 'component' && name !== 'connector') || contract === undefined) return
    const symbol = program.symbolOf(unwrap(contract))
    const component = symbol === undefined ? undefined : contracts.get(symbol)
    if (component !== undefined) options(component, declared)
  })
  return declarations
}

function members(node: Node | undefined): (readonly [name: string, at: Node, value: Node])[] {
  const literal = node === undefined ? undefined : unwrap(node)
  if (literal === undefined || !isObjectLiteralExpression(literal)) return []
  return literal.properties.flatMap((member) => {
    const name = nameOf(member)
    if (name === undefined) return []
    return [[name.getText(), name, isPropertyAssignment(member) ? unwrap(member.initializer) : member] as const]
  })
}
