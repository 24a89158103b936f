import { http, system } from 'selfsame'
import { counter } from './counter/component.ts'
import { Counter } from './counter/contract.ts'

export default system({
  name: 'counters',
  components: [counter],
  gateways: [http({ port: 0, host: '127.0.0.1', expose: [Counter] })],
})
