/** Arrows point down only. A room may import any lower floor, by its door; a sibling only where a rule here says so. */

const floors = [
  ['base'],
  ['turn', 'schema', 'component', 'migration', 'diff', 'plan', 'laws'],
  ['release', 'analysis', 'store', 'cell', 'router', 'gateway'],
  ['host'],
  ['control'],
  ['cli', 'client'],
]

/** Tests, and what only tests use. Neither is shipped. */
const TESTS = '\\.(test|testing)\\.ts$'

const rooms = floors.flat()
const floorOf = (room) => floors.findIndex((floor) => floor.includes(room))

const upward = rooms.map((room) => {
  const above = rooms.filter((other) => other !== room && floorOf(other) > floorOf(room))
  return {
    name: `${room}-imports-no-higher-floor`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: `^src/(${[...above, 'testkit'].join('|')})/` },
  }
})

/** Siblings that may be imported, on the same floor: [from, to]. */
const allowed = [
  ['schema', 'turn'],
  ['component', 'schema'],
  ['component', 'turn'],
  ['migration', 'component'],
  ['release', 'analysis'],
]
const sideways = floors.slice(1).flatMap((floor) =>
  floor.map((room) => {
    const others = floor.filter((other) => other !== room && !allowed.some(([a, b]) => a === room && b === other))
    return {
      name: `${room}-imports-no-sibling`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: TESTS },
      // Wire formats are types alone, and both of their ends know them.
      to: { path: `^src/(${others.join('|') || 'nothing'})/`, pathNot: '^src/release/manifest\\.ts$' },
    }
  }),
)

/** Files other than `index.ts` that may be entered from outside their room: wire formats, which are types alone. */
const sideDoors = { component: ['codified'], gateway: ['frames'], release: ['manifest'] }

const doors = rooms.flatMap((room) => {
  const open = ['index', ...(sideDoors[room] ?? [])].map((file) => `^src/${room}/${file}\\.ts$`)
  const rule = (name, from, alsoOpen) => ({
    name,
    severity: 'error',
    from: { path: '^src/', ...from },
    to: { path: `^src/${room}/`, pathNot: [...open, ...alsoOpen, TESTS] },
  })
  const name = `${room}-is-entered-by-its-door`
  if (room !== 'cell') return [rule(name, { pathNot: `^src/${room}/` }, [])]
  // The testkit, and tests, run the guest's engine without a worker around it.
  const engine = { users: ['^src/testkit/', TESTS], door: '^src/cell/guest/engine/index\\.ts$' }
  return [
    rule(name, { pathNot: ['^src/cell/', ...engine.users] }, []),
    rule(`${name}-or-its-engine-by-its-own`, { path: engine.users, pathNot: '^src/cell/' }, [engine.door]),
  ]
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...upward,
    ...sideways,
    ...doors,
    {
      name: 'what-is-shipped-uses-no-test',
      severity: 'error',
      from: { path: '^src/', pathNot: [TESTS, '^src/type-tests/'] },
      to: { path: TESTS },
    },
    {
      name: 'the-functional-core-has-no-powers',
      severity: 'error',
      from: { path: '^src/(base|turn|schema|component|migration|diff|plan|laws)/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-the-store-knows-sqlite',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/store/', TESTS] },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'only-the-release-bundles',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/release/', TESTS] },
      to: { path: 'node_modules/esbuild/' },
    },
    {
      name: 'only-the-analysis-reads-typescript',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/analysis/' },
      to: { path: 'node_modules/typescript/' },
    },
    {
      name: 'authors-and-browsers-get-no-node',
      severity: 'error',
      from: { path: '^src/(index\\.ts|client/)', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
