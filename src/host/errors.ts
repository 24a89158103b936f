/** Every error that the host itself raises. */
import { defineErrors } from '../base/index.ts'

export const hostErrors = defineErrors({
  CONFIG_INVALID: {
    message: ({ component, problem }: { component: string; problem: string }) =>
      `The config of '${component}' is not what its schema asks for: ${problem}.`,
    remedy: 'Correct the section in the file that --config names; every component that declares config has one.',
  },
  CONFIG_UNKNOWN: {
    message: ({ section, suggestion }: { section: string; suggestion: string }) =>
      `The config has a section '${section}', but no component of that name declares config.${suggestion}`,
    remedy: 'Rename the section, or remove it.',
  },
  SECRET_MISSING: {
    message: ({ connector, secret }: { connector: string; secret: string }) =>
      `The connector '${connector}' needs the secret ${secret}, and it is neither in the secrets file nor in the environment.`,
    remedy: 'Set it in the environment, or name a file of NAME=value lines with --secrets.',
  },
  COMPONENT_NOT_FOUND: {
    message: ({ component, suggestion }: { component: string; suggestion: string }) =>
      `The running system has no component '${component}'.${suggestion}`,
    remedy: '`selfsame status` lists the cells of the running system.',
  },
  CELL_UNKNOWN: {
    message: ({ cell, suggestion }: { cell: string; suggestion: string }) =>
      `The running system has no cell '${cell}'.${suggestion}`,
    remedy: '`selfsame status` lists the cells of the running system.',
  },
  CELL_NOT_SERVING: {
    message: ({ cell, state }: { cell: string; state: string }) => `The cell '${cell}' is ${state}.`,
    remedy: 'Wait until `selfsame status` shows it as serving, or see its last fault there.',
  },
  INSPECTOR_UNAVAILABLE: {
    message: ({ port }: { port: number }) =>
      `The debugger's port ${port} of 127.0.0.1 could not be opened, as a rule because another process listens there.`,
    remedy: 'Name another one with `--inspect=<port>`, or take a free one with `--inspect=0`.',
  },
  FETCH_NOT_PERMITTED: {
    message: ({ component, host }: { component: string; host: string }) => `'${component}' may not fetch from ${host}.`,
    remedy: 'Declare it: permissions: { fetch: [...] } in the component, then build again.',
  },
  FETCH_FAILED: {
    message: ({ url, problem }: { url: string; problem: string }) => `Could not fetch ${url}: ${problem}.`,
    remedy: 'The turn may catch this; if it does not, it faults and is tried again.',
  },
  FETCH_TOO_LARGE: {
    message: ({ url, bytesMax }: { url: string; bytesMax: number }) =>
      `The answer of ${url} is larger than ${bytesMax} bytes.`,
    remedy: 'Turns record what they fetch, so answers are bounded; fetch less, or use a connector.',
  },
  ROUTE_INTERRUPTED: {
    message: ({ route }: { route: string }) => `The route '${route}' ended while it answered.`,
    remedy: 'Ask again; its cell is being replaced. `selfsame status` says why.',
  },
  ROUTE_THREW: {
    message: ({ route, problem }: { route: string; problem: string }) => `The route '${route}' threw: ${problem}`,
    remedy: 'See the stack in `selfsame logs`.',
  },
  EDGE_FAILED: {
    message: ({ problem }: { problem: string }) => `The system file failed: ${problem}`,
    remedy:
      'Look at the invariants and at `authenticate` in the system file; `selfsame logs --component edge` has the stack.',
  },
})
