/**
 * A load that costs little itself: keep-alive connections on bare sockets, one request under way on each, and only as
 * much HTTP as both servers answer with (`content-length` bodies). Checks every status.
 *
 *   node bench/turns/load.ts --port 1234 --connections 64 --entities 1000 --seconds 3
 */
import { connect } from 'node:net'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    connections: { type: 'string', default: '64' },
    entities: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '3' },
  },
})
const entities = Number(values.entities)
const untilMs = performance.now() + Number(values.seconds) * 1_000
const latencies: number[] = []
let failed = 0
let next = 0

const CONTENT_LENGTH = '\r\ncontent-length: '

function request(): string {
  next = (next * 31 + 7919) % 1_000_003
  const body = `{"amount":${next % 10}}`
  return `POST /counter/c-${next % entities}/add HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

function connection(): Promise<void> {
  return new Promise((settle, fail) => {
    const socket = connect(Number(values.port), '127.0.0.1')
    let received = ''
    let sentMs = 0
    const send = () => {
      sentMs = performance.now()
      socket.write(request())
    }
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('error', fail)
    socket.on('close', () => settle())
    socket.on('data', (text) => {
      received += text
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      // Both services write the header in lower case.
      const at = received.indexOf(CONTENT_LENGTH)
      const length = Number.parseInt(received.slice(at + CONTENT_LENGTH.length, end), 10)
      if (at < 0 || Number.isNaN(length)) return fail(new Error(`no content-length in ${received.slice(0, end)}`))
      if (received.length < end + 4 + length) return
      if (!received.startsWith('HTTP/1.1 200')) failed += 1
      latencies.push(performance.now() - sentMs)
      received = ''
      if (performance.now() < untilMs) send()
      else socket.end()
    })
  })
}

const startedMs = performance.now()
await Promise.all(Array.from({ length: Number(values.connections) }, connection))
const seconds = (performance.now() - startedMs) / 1_000
latencies.sort((a, b) => a - b)
const quantile = (q: number) => latencies[Math.floor(q * latencies.length)] ?? 0
process.stdout.write(
  `${JSON.stringify({ turns: latencies.length, failed, turnsPerSecond: latencies.length / seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99), worstMs: latencies.at(-1) ?? 0 })}\n`,
)
