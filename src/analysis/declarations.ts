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
  isStringLiteral,
  isVariableDeclaration,
  type Node,
  type Program,
  type SymbolKey,
} from './typescript.ts'

export type Import = { readonly file: string; readonly specifier: string; readonly place: Place }

/** `part` is 'contract' for a contract as a whole, or an option of the component: 'state', 'config', 'permissions'. */
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

/** `contract('auction', ...)`, and the options of `component(Auction, { state, ... })` for it. */
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
  each(({ name, args: [first], node }) => {
    if (name !== 'contract' || first === undefined || !isStringLiteral(first)) return
    declarations.push({ component: first.text, part: 'contract', place: locate.place(first) })
    const symbol = isVariableDeclaration(node.parent) ? program.symbolOf(node.parent.name) : undefined
    if (symbol !== undefined) contracts.set(symbol, first.text)
  })
  each(({ name, args: [contract, options] }) => {
    if ((name !== 'component' && name !== 'connector') || contract === undefined || options === undefined) return
    const symbol = program.symbolOf(unwrap(contract))
    const component = symbol === undefined ? undefined : contracts.get(symbol)
    const literal = unwrap(options)
    if (component === undefined || !isObjectLiteralExpression(literal)) return
    for (const option of literal.properties) {
      const name = nameOf(option)
      if (name !== undefined) declarations.push({ component, part: name.getText(), place: locate.place(name) })
    }
  })
  return declarations
}
