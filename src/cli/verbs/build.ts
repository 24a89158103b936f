/** `selfsame build [dir]`: an immutable, content-addressed release of a project, or the findings that stand against it. */
import { resolve } from 'node:path'
import type { Release } from '../../release/index.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { buildProject, showFindings } from '../project.ts'
import { bytes, harmless, shortDigest, table } from '../text.ts'
import type { Verb } from '../verb.ts'

export const build: Verb = {
  name: 'build',
  summary: 'build a release of the project in a folder',
  usage: ['build [dir] [--out <folder>]'],
  takes: ['<dir>?'],
  options: {
    out: {
      value: '<folder>',
      about: 'where releases go, each in a folder named by its digest (default: releases, beside the system file)',
    },
  },
  notes: ['Exits with 1 if the project is refused.'],
  async run(input, { terminal, cwd }) {
    const dir = resolve(cwd, input.positionals[0] ?? '.')
    const out = input.text('out')
    const { release, path, findings } = await buildProject({
      dir,
      out: out === undefined ? undefined : resolve(cwd, out),
      terminal,
    })
    if (input.json) {
      const digest = release?.digest ?? null
      const cells =
        release?.manifest.cells.map(({ name, codified, digest }) => ({ name, kind: codified.kind, digest })) ?? []
      terminal.out(JSON.stringify({ built: release !== null, digest, path, cells, findings }, null, 2))
    } else {
      showFindings(findings, { terminal, to: 'out' })
      if (release === null) terminal.out(terminal.paint('bad', 'refused: nothing was built'))
      else for (const line of releaseLines(release)) terminal.out(line)
      if (path !== null) terminal.out(`\n${harmless(path)}`)
    }
    return release === null ? EXIT_CODES.failed : EXIT_CODES.ok
  },
}

function releaseLines({ digest, manifest }: Release): string[] {
  const rows = manifest.cells.map((cell) => [
    harmless(cell.name),
    cell.codified.kind,
    shortDigest(cell.digest),
    bytes(cell.script.bytes),
    cell.packages.length === 0 ? '-' : harmless(cell.packages.join(' ')),
  ])
  return [
    `${harmless(manifest.system)} ${digest}`,
    '',
    ...table({ head: ['cell', 'kind', 'digest', 'script', 'packages'], rows, right: ['script'] }),
  ]
}
