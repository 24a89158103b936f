/**
 * The few words of TypeScript's classic API that dependency-cruiser uses, said with the API of the TypeScript we have.
 * It takes versions below 7 only: with 7 it would find no parser, skip every `.ts` file, and report that all is well.
 */
import { type Node, ScriptTarget, type SourceFile, SyntaxKind } from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'

const ALONE = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true }

function classicTypeScript() {
  const texts = new Map<string, string>()
  const api = new API({
    cwd: '/',
    fs: {
      readFile: (file) => texts.get(file) ?? null,
      fileExists: (file) => texts.has(file),
      directoryExists: () => true,
      getAccessibleEntries: () => ({ files: [], directories: [] }),
      realpath: (path) => path,
    },
  })
  return {
    /** The newest that dependency-cruiser takes. */
    version: '6.0.0',
    SyntaxKind,
    ScriptTarget,
    /** Each file is a project of its own: only its syntax is asked for. */
    createSourceFile(file: string, text: string): SourceFile {
      const config = `${file}.tsconfig.json`
      texts.set(file, text)
      texts.set(config, JSON.stringify({ compilerOptions: ALONE, files: [file] }))
      const source = api
        .updateSnapshot({ openProjects: [config] })
        .getProject(config)
        ?.program.getSourceFile(file)
      if (source === undefined) throw new Error(`TypeScript does not read ${file}`)
      return Object.assign(source, { amdDependencies: [] })
    },
    forEachChild: (node: Node, visit: (child: Node) => void) => node.forEachChild((child) => void visit(child)),
  }
}

export default classicTypeScript()
