/**
 * The only file that knows TypeScript's programmatic API, which is unstable and changes from release to release: when
 * it does, this file changes, and the rest of the room does not.
 *
 * The compiler sees the author's files and nothing else: no standard library, no packages. Names resolve within and
 * between those files, which is all that we ask, and opening takes tens of milliseconds instead of a second.
 */
import { type Node, NodeFlags, type SourceFile, SyntaxKind } from 'typescript/unstable/ast'
import { API, type Snapshot, SymbolFlags, type Symbol as TsSymbol } from 'typescript/unstable/sync'

export {
  type CallExpression,
  type Expression,
  type FunctionLikeDeclaration,
  isAsExpression,
  isBinaryExpression,
  isBindingElement,
  isCallExpression,
  isClassLikeDeclaration,
  isDeleteExpression,
  isElementAccessExpression,
  isExportDeclaration,
  isFunctionDeclaration,
  isFunctionLikeDeclaration,
  isIdentifier,
  isImportDeclaration,
  isNamespaceImport,
  isNewExpression,
  isNonNullExpression,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPostfixUnaryExpression,
  isPrefixUnaryExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isRegularExpressionLiteral,
  isSatisfiesExpression,
  isSpreadAssignment,
  isStringLiteral,
  isVariableDeclaration,
  type Node,
  NodeFlags,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast'

/** Names one declared thing; equal for all references to it, through imports and re-exports. */
export type SymbolKey = string

export type Program = {
  readonly sources: readonly SourceFile[]
  symbolOf(node: Node): SymbolKey | undefined
  close(): void
}

const CONFIG = 'selfsame-analysis.tsconfig.json'

/** Opens the files as one program. `aliases` says which file a bare import specifier stands for. */
export function openProgram(of: {
  files: ReadonlyMap<string, string>
  root: string
  aliases: ReadonlyMap<string, string>
}): Program {
  const config = `${of.root}/${CONFIG}`
  const configText = JSON.stringify({
    compilerOptions: {
      noLib: true,
      noEmit: true,
      types: [],
      target: 'esnext',
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      allowJs: true,
      jsx: 'preserve',
      paths: Object.fromEntries([...of.aliases].map(([specifier, file]) => [specifier, [file]])),
    },
    files: [...of.files.keys()],
  })
  const folders = new Set([...of.files.keys(), config].flatMap(foldersAbove))
  const api = new API({
    cwd: of.root,
    fs: {
      readFile: (file) => (file === config ? configText : (of.files.get(file) ?? null)),
      fileExists: (file) => file === config || of.files.has(file),
      directoryExists: (folder) => folders.has(folder),
      getAccessibleEntries: () => ({ files: [], directories: [] }),
      realpath: (path) => path,
    },
  })
  try {
    const snapshot = api.updateSnapshot({ openProjects: [config] })
    const project = snapshot.getProject(config)
    if (project === undefined) throw new Error('TypeScript did not open the project')
    const sources = [...of.files.keys()].flatMap((file) => project.program.getSourceFile(file) ?? [])

    // All symbols in one request: one request each would cost a round trip to the compiler's process per name.
    const names = sources.flatMap(namesIn)
    const found = project.checker.getSymbolAtLocation(names)
    const known = new Map<number, SymbolKey>()
    const keyOf = (symbol: TsSymbol): SymbolKey => {
      const before = known.get(symbol.id)
      if (before !== undefined) return before
      const isAlias = (symbol.flags & SymbolFlags.Alias) !== 0
      const original = isAlias ? project.checker.getAliasedSymbol(symbol) : symbol
      const key = declarationKey(project.checker.isUnknownSymbol(original) ? symbol : original)
      known.set(symbol.id, key)
      return key
    }
    const keys = new Map<Node, SymbolKey>()
    for (const [i, name] of names.entries()) {
      // In `{ bid }` the name stands for a property; we mean the variable.
      const isShorthand = name.parent.kind === SyntaxKind.ShorthandPropertyAssignment
      const symbol = isShorthand ? project.checker.getShorthandAssignmentValueSymbol(name.parent) : found[i]
      if (symbol !== undefined) keys.set(name, keyOf(symbol))
    }
    return { sources, symbolOf: (node) => keys.get(node), close: () => end(api, snapshot) }
  } catch (error) {
    api.close()
    throw error
  }
}

/** By declaration and not by `id`: TypeScript makes further symbols for one property when it widens a type. */
function declarationKey(symbol: TsSymbol): SymbolKey {
  const declaration = symbol.valueDeclaration ?? symbol.declarations[0]
  return declaration === undefined ? `#${symbol.id}` : `${declaration.path}:${declaration.index}`
}

/**
 * Ends the compiler's process. It shares our stderr, and would say there that it was interrupted; so it is killed
 * before the API asks it to end. Should the API hide its process elsewhere one day, it merely says so again.
 */
function end(api: API, snapshot: Snapshot): void {
  snapshot.dispose()
  const { client } = api as unknown as { client?: { channel?: { child?: { kill?: (signal: string) => void } } } }
  client?.channel?.child?.kill?.('SIGKILL')
  api.close()
}

/** Identifiers and private names outside of types. */
function namesIn(source: SourceFile): Node[] {
  const names: Node[] = []
  const visit = (node: Node): void => {
    if (node.kind === SyntaxKind.Identifier || node.kind === SyntaxKind.PrivateIdentifier) names.push(node)
    if (node.kind === SyntaxKind.InterfaceDeclaration || node.kind === SyntaxKind.TypeAliasDeclaration) return
    if (node.kind >= SyntaxKind.FirstTypeNode && node.kind <= SyntaxKind.LastTypeNode) return
    node.forEachChild(visit)
  }
  visit(source)
  return names
}

function foldersAbove(file: string): string[] {
  const folders = ['/']
  for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) folders.push(file.slice(0, end))
  return folders
}

/** Whether the declaration list was written with `const` or `using`, which cannot be assigned again. */
export function isConstant(list: Node): boolean {
  return (list.flags & (NodeFlags.Const | NodeFlags.Using)) !== 0
}
