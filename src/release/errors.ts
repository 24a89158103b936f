/**
 * All codes of this room: errors of opening a release, and findings of building one. Each has a page
 * `docs/errors/<CODE>.md`.
 */
import { defineErrors, type Finding } from '../base/index.ts'

export const releaseErrors = defineErrors({
  RELEASE_MISSING: {
    message: ({ path }: { path: string }) => `There is no release at ${path}.`,
    remedy: 'Build one with `selfsame build`, or pass the folder that a build printed.',
  },
  RELEASE_CORRUPT: {
    message: ({ path, file, because }: { path: string; file: string; because: string }) =>
      `The release at ${path} is damaged: ${file} ${because}.`,
    remedy: 'Build it again from the same sources, or copy it again from where it came from; nothing of it was used.',
  },
  RELEASE_FORMAT_UNKNOWN: {
    message: ({ path, format }: { path: string; format: string }) =>
      `The release at ${path} has format ${format}, which this Selfsame does not read.`,
    remedy: 'Run it with the Selfsame that built it, or build it again with this one.',
  },
})

export const releaseFindings = {
  SYSTEM_MISSING: {
    remedy:
      'Write a `system.ts` with `export default system({ name, components: [...] })`, or name the folder it is in.',
  },
  SYSTEM_LOAD_FAILED: {
    remedy: 'The build evaluates the system file and its imports once, without environment; make that succeed.',
  },
  BUNDLE_FAILED: {
    remedy:
      'Correct what the bundler says; everything that a cell runs must be found, and be JavaScript, at build time.',
  },
  BUNDLE_WARNING: {
    remedy: 'Look at it: what the bundler finds odd is rarely what was meant.',
  },
  COMPONENT_NOT_EXPORTED: {
    remedy: 'Give it a module of its own that exports it, and import it in the system file.',
  },
  CROSS_COMPONENT_IMPORT: {
    remedy: 'Import its contract instead, or move what both need into a module of its own.',
  },
  CELL_NAME_TAKEN: {
    remedy: "Give it another name; 'edge' is the system file's.",
  },
  PERMISSION_UNDECLARED: {
    remedy: 'Declare it, or move the work into a connector, which has all of Node.',
  },
  EDGE_NOT_ALONE: {
    remedy:
      'Move what the system file uses from it into a module of its own; then a patch of one leaves the other alone.',
  },
} as const

type FindingCode = keyof typeof releaseFindings

/** A finding of this room, with the remedy that belongs to its code unless a better one is known. */
export function finding(code: FindingCode, what: Pick<Finding, 'because'> & Partial<Finding>): Finding {
  return { code, severity: 'refusal', remedy: releaseFindings[code].remedy, ...what }
}
