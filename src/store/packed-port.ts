/** A real channel between threads, whose batches travel as text (see `pack`): a `Port` like any other. */
import type { MessagePort } from 'node:worker_threads'
import { pack, unpack } from '../turn/index.ts'
import type { Port } from './port.ts'

type Item = { readonly type: string }

export function packedPort<Out extends Item, In extends Item>(port: MessagePort): Port<Out, In> {
  return {
    postMessage: (items) => port.postMessage(pack(items)),
    on: (event, listener) => port.on(event, (text: string) => listener(unpack<In>(text))),
    close: () => port.close(),
  }
}
