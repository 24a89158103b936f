/** Where a client begins. */
import type { Contract } from '../component/index.ts'
import { type Client, Connection, type ConnectOptions } from './connection.ts'

/**
 * A connection to a gateway, opened at the first call and again whenever it is lost, until `close`. Everything asked of
 * it shares one WebSocket.
 *
 * @example
 * const connection = connect('wss://auctions.example')
 * const auctions = connection.of<typeof Auction>('auction')
 * await auctions.at('lot-1').bid({ amount: 500 })
 * @throws CLIENT_URL_INVALID
 */
export function connect(url: string, options?: ConnectOptions): Connection {
  return new Connection(url, options)
}

/**
 * One component behind a gateway, over a connection of its own.
 *
 * @example client<typeof Auction>('ws://localhost:8080', 'auction').at('lot-1').on('highest', ({ amount }) => show(amount))
 * @throws CLIENT_URL_INVALID
 */
export function client<C extends Contract>(
  url: string,
  component: C['name'],
  options?: ConnectOptions,
): Client<C> & { close(): void } {
  const connection = connect(url, options)
  return { ...connection.of<C>(component), close: () => connection.close() }
}
