/**
 * The arrows between rooms: dependency-cruiser with the rules of `.dependency-cruiser.cjs`.
 * `node scripts/arrows.ts [root]` cruises `root/src` and exits with 1 where an arrow breaks a rule.
 *
 * dependency-cruiser finds no parser for TypeScript 7, so it is handed one (`typescript-for-cruiser.ts`) under the name
 * it asks for; and a cruise that has not seen every file is a failure, for it would not say so itself.
 */
import { globSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ICruiseOptions, ICruiseResult, IFlattenedRuleSet } from 'dependency-cruiser'

const here = import.meta.dirname
const root = resolve(process.argv[2] ?? join(here, '..'))

const PARSER = pathToFileURL(join(here, 'typescript-for-cruiser.ts')).href
const MANIFEST = 'arrows:typescript/package.json'
registerHooks({
  resolve(specifier, context, next) {
    if (context.parentURL?.includes('/dependency-cruiser/') !== true) return next(specifier, context)
    if (specifier === 'typescript') return { url: PARSER, shortCircuit: true }
    if (specifier === 'typescript/package.json') return { url: MANIFEST, format: 'json', shortCircuit: true }
    return next(specifier, context)
  },
  load: (url, context, next) =>
    url === MANIFEST ? { format: 'json', source: '{"version":"6.0.0"}', shortCircuit: true } : next(url, context),
})

type Rules = { forbidden: NonNullable<IFlattenedRuleSet['forbidden']>; options: ICruiseOptions }
const rules: Rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs')

const { cruise } = await import('dependency-cruiser')
const { output } = await cruise(['src'], {
  ...rules.options,
  baseDir: root,
  validate: true,
  ruleSet: { forbidden: rules.forbidden },
})
if (typeof output === 'string') throw new Error('dependency-cruiser gave a report instead of its result')
const { modules, summary }: ICruiseResult = output

const broken = summary.violations.map(({ rule, from, to, cycle }) => {
  const round = cycle === undefined ? to : cycle.map(({ name }) => name).join(' -> ')
  return `${rule.name}: ${from} -> ${round}`
})
const seen = new Set(modules.map(({ source }) => source))
const unseen = globSync('src/**/*.ts', { cwd: root }).filter((file) => !seen.has(file))
for (const file of unseen) broken.push(`not-seen: ${file}`)

process.stdout.write(`${[...broken, `${broken.length} broken arrows in ${seen.size} modules`].join('\n')}\n`)
// The compiler's process would keep this one alive.
process.exit(broken.length === 0 ? 0 : 1)
