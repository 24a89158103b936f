/** Arrows point down only. A room may import any lower floor, by its door; a sibling only where a rule here says so. */

const floors = [
  ['base'],
  ['turn', 'schema', 'component', 'migration', 'diff', 'plan', 'laws'],
  ['release', 'analysis', 'store', 'cell', 'router', 'gateway'],
  ['host'],
  ['control'],
  ['cli', 'client'],
]

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
      from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
      // The manifest is a wire format: everyone may know its types.
      to: { path: `^src/(${others.join('|') || 'nothing'})/`, dependencyTypesNot: ['type-only'] },
    }
  }),
)

const doors = rooms.map((room) => ({
  name: `${room}-is-entered-by-its-door`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${room}/` },
  to: { path: `^src/${room}/`, pathNot: `^src/${room}/(.*/)?(index|manifest|codified|frames|protocol|main)\\.ts$` },
}))

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...upward,
    ...sideways,
    ...doors,
    {
      name: 'the-functional-core-has-no-powers',
      severity: 'error',
      from: { path: '^src/(base|turn|schema|component|migration|diff|plan|laws)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-the-store-knows-sqlite',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/|\\.test\\.ts$' },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'only-the-release-bundles',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/release/|\\.test\\.ts$' },
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
      from: { path: '^src/(index\\.ts|client/)', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
