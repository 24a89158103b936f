/** Why a port could not be opened, in words that lead on. */
import { codeOf, messageOf, type SelfsameError } from '../base/index.ts'
import { gatewayErrors } from './errors.ts'

export function listenError(
  error: Error,
  { host, port }: { readonly host: string; readonly port: number },
): SelfsameError {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return gatewayErrors.PORT_IN_USE({ host, port }, error)
    case 'EACCES':
      return gatewayErrors.PORT_NOT_PERMITTED({ host, port }, error)
    default:
      return gatewayErrors.LISTEN_FAILED({ host, port, why: messageOf(error) }, error)
  }
}
