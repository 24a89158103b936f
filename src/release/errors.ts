/**
 * All codes of this room: errors of opening a release, and what a build finds. A build collects its findings and does
 * not throw them. Each code has a page `docs/errors/<CODE>.md`.
 */
import { defineErrors, type Finding, findingOf } from '../base/index.ts'

type At = { path: string }
type Because = { because: string }

/** Where the fact is said by whoever found it: one code, and one remedy, for every way to come to it. */
const because = (facts: Because): string => facts.because

export const releaseErrors = defineErrors({
  RELEASE_MISSING: {
    message: ({ path }: At) => `There is no release at ${path}.`,
    remedy: 'Build one with `selfsame build`, or pass the folder that a build printed.',
  },
  RELEASE_CORRUPT: {
    message: ({ path, file, because }: At & Because & { file: string }) =>
      `The release at ${path} is damaged: ${file} ${because}.`,
    remedy: 'Build it again from the same sources, or copy it again from where it came from; nothing of it was used.',
  },
  RELEASE_FORMAT_UNKNOWN: {
    message: ({ path, format }: At & { format: string }) =>
      `The release at ${path} has format ${format}, which this Selfsame does not read.`,
    remedy: 'Run it with the Selfsame that built it, or build it again with this one.',
  },
  SYSTEM_MISSING: {
    message: because,
    remedy:
      'Write a `system.ts` with `export default system({ name, components: [...] })`, or name the folder it is in.',
  },
  SYSTEM_LOAD_FAILED: {
    message: because,
    remedy: 'The build evaluates the system file and its imports once, without environment; make that succeed.',
  },
  BUNDLE_FAILED: {
    message: because,
    remedy:
      'Correct what the bundler says; everything that a cell runs must be found, and be JavaScript, at build time.',
  },
  BUNDLE_WARNING: {
    message: because,
    remedy: 'Look at it: what the bundler finds odd is rarely what was meant.',
  },
  COMPONENT_NOT_EXPORTED: {
    message: because,
    remedy: 'Give it a module of its own that exports it, and import it in the system file.',
  },
  CROSS_COMPONENT_IMPORT: {
    message: because,
    remedy: 'Import its contract instead, or move what both need into a module of its own.',
  },
  CELL_NAME_TAKEN: {
    message: because,
    remedy: "Give it another name; 'edge' is the system file's.",
  },
  PERMISSION_UNDECLARED: {
    message: because,
    remedy: 'Declare it, or move the work into a connector, which has all of Node.',
  },
  EDGE_NOT_ALONE: {
    message: because,
    remedy:
      'Move what the system file uses from it into a module of its own; then a patch of one leaves the other alone.',
  },
})

type FindingCode = Exclude<keyof typeof releaseErrors, `RELEASE_${string}`>

/** A finding of this room, with the remedy that belongs to its code unless a better one is known. */
export function finding(code: FindingCode, what: Because & Partial<Finding>): Finding {
  return { ...findingOf(releaseErrors[code]({ because: what.because })), ...what }
}
