/** Codes of the control plane. */
import { defineErrors } from '../base/index.ts'

export const controlErrors = defineErrors({
  HOST_NOT_RUNNING: {
    message: ({ dataFolder }: { dataFolder: string }) => `No host runs on the data folder ${dataFolder}.`,
    remedy: 'Start one with `selfsame run --data <folder>`, or name the folder of the one that runs with `--data`.',
  },
  CONTROL_IN_USE: {
    message: ({ path }: { path: string }) => `Another host answers on the control socket ${path}.`,
    remedy: 'Stop it with `selfsame stop`, or give this host a data folder of its own with `--data`.',
  },
  CONTROL_SOCKET_FAILED: {
    message: ({ path, reason }: { path: string; reason: string }) =>
      `The control socket ${path} cannot be used: ${reason}.`,
    remedy: 'Make the data folder a folder that this user may write to, with nothing but Selfsame’s own files in it.',
  },
  CONTROL_DENIED: {
    message: ({ path }: { path: string }) => `This user may not use the control socket ${path}.`,
    remedy: 'Run the command as the user that runs the host (for example with `sudo -u`).',
  },
  CONTROL_SILENT: {
    message: ({ path, waitedMs }: { path: string; waitedMs: number }) =>
      `The host accepted a connection on ${path}, but said nothing for ${waitedMs} ms.`,
    remedy: 'Look whether the host process is stopped or overloaded; if it does not recover, restart it.',
  },
  CONTROL_VERSION_MISMATCH: {
    message: ({ ours, theirs }: { ours: number; theirs: number }) =>
      `The host speaks version ${theirs} of the control protocol, this command version ${ours}.`,
    remedy: 'Use the `selfsame` command of the version that the host runs.',
  },
  CONTROL_LOST: {
    message: ({ verb }: { verb: string }) => `The connection to the host ended before it answered '${verb}'.`,
    remedy: 'Look with `selfsame status` whether the host still runs and whether what was asked for has happened.',
  },
  CONTROL_REQUEST_INVALID: {
    message: ({ reason }: { reason: string }) => `The host did not understand a control request: ${reason}`,
    remedy: 'Send one JSON object per line, as src/control/protocol.ts describes it.',
  },
  CONTROL_LINE_TOO_LONG: {
    message: ({ bytesMax }: { bytesMax: number }) => `A line on the control socket is longer than ${bytesMax} bytes.`,
    remedy: 'Ask for less at once, for example with a smaller `--limit`.',
  },
  CONTROL_BUSY: {
    message: ({ what, max }: { what: string; max: number }) => `The host has ${max} ${what} already.`,
    remedy: 'Wait for one of them to end, then ask again.',
  },
  CONTROL_PATH_FAILED: {
    message: ({ path, reason }: { path: string; reason: string }) => `The host cannot write ${path}: ${reason}.`,
    remedy:
      'Name another file. The host writes it, so the folder must exist on its machine and be writable for its user.',
  },
  CONTROL_CALL_FAILED: {
    message: ({ verb, reason }: { verb: string; reason: string }) => `The host failed at '${verb}': ${reason}`,
    remedy: 'Look into `selfsame logs`; this failure has no code of its own, so it is most likely a bug of Selfsame.',
  },
})
