/** The auction house: lots, accounts, a lobby, and mail to the winners. */
import { http, system } from 'selfsame'
import { auction } from './auction/component.ts'
import { Auction } from './auction/contract.ts'
import { ledger } from './ledger/component.ts'
import { Ledger } from './ledger/contract.ts'
import { site } from './lobby/site.ts'
import { mail } from './mail/connector.ts'

/** Sums of amounts in whole cents, added up as floating point dollars. */
const TOLERANCE = 0.005

export default system({
  name: 'auction-house',
  components: [auction, ledger],
  connectors: [mail],
  gateways: [
    http({
      port: 8080,
      expose: [Auction, Ledger],
      // A demonstration: whoever says a name has it. A browser cannot set headers on a WebSocket, hence the query.
      authenticate: (request) =>
        request.headers.get('x-user') ?? new URL(request.url).searchParams.get('user') ?? 'anonymous',
      routes: { '/': site },
    }),
  ],
  invariants: {
    'money is conserved': {
      entities: {
        ledger: (account) =>
          account.available + Object.values(account.holds).reduce((sum, amount) => sum + amount, 0) - account.granted,
      },
      messages: { ledger: { credit: ({ amount }) => amount } },
      holds: (sum) => Math.abs(sum) < TOLERANCE,
    },
  },
})
