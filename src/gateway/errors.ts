/**
 * Every code that comes from the gateway itself. Codes of the host, of validation and of handlers pass through it; its
 * own always mean that the message was not handled.
 */
import { defineErrors } from '../base/index.ts'

export const gatewayErrors = defineErrors({
  PORT_IN_USE: {
    message: ({ host, port }: { host: string; port: number }) => `Port ${port} of ${host} is in use.`,
    remedy: 'Stop the process that listens there, or give the gateway another port.',
  },
  PORT_NOT_PERMITTED: {
    message: ({ host, port }: { host: string; port: number }) =>
      `This process may not listen on port ${port} of ${host}.`,
    remedy: 'Use a port from 1024 up behind a proxy, or let the service manager pass the right to bind low ports.',
  },
  LISTEN_FAILED: {
    message: ({ host, port, why }: { host: string; port: number; why: string }) =>
      `Cannot listen on ${host}, port ${port}: ${why}.`,
    remedy: 'Check that the host is an address of this machine.',
  },
  REQUEST_MALFORMED: {
    message: ({ why }: { why: string }) => `What was received is not an HTTP/1.1 request: ${why}.`,
    remedy: 'Send HTTP/1.1; terminate TLS in front of the gateway.',
  },
  HEADERS_TOO_LARGE: {
    message: (_: object) => 'The headers of the request exceed 16 KiB.',
    remedy: 'Send less or shorter headers; cookies are the usual cause.',
  },
  REQUEST_TIMEOUT: {
    message: (_: object) => 'The request was not received in time.',
    remedy: 'Send the whole request at once; send large bodies to a route.',
  },
  PATH_INVALID: {
    message: ({ why }: { why: string }) => `The path of the request is not valid: ${why}.`,
    remedy: 'Encode each part of the path with encodeURIComponent.',
  },
  PATH_UNKNOWN: {
    message: ({ path }: { path: string }) => `Nothing is served at ${path}.`,
    remedy: 'Messages are at /<component>/<key>/<message>; /openapi.json lists them all.',
  },
  ADDRESS_INVALID: {
    message: ({ why }: { why: string }) => `The address names no entity: ${why}.`,
    remedy: 'An address is <component>/<key>, with a key of 1 to 512 characters of well-formed Unicode.',
  },
  NOT_EXPOSED: {
    message: ({ component, hint }: { component: string; hint: string }) =>
      `This gateway exposes no component '${component}'.${hint}`,
    remedy: "Name its contract under 'expose' of the gateway in the system file.",
  },
  METHOD_NOT_ALLOWED: {
    message: ({ method, allow }: { method: string; allow: string }) => `${method} is not allowed here, but ${allow}.`,
    remedy: 'Send messages with POST; GET is for reads.',
  },
  BODY_TOO_LARGE: {
    message: ({ bytesMax }: { bytesMax: number }) => `The body exceeds ${bytesMax} bytes.`,
    remedy: 'Send less in one message, or send it to a route that streams.',
  },
  BODY_NOT_JSON: {
    message: ({ why }: { why: string }) => `The body is not JSON: ${why}.`,
    remedy: 'Send the input as JSON in UTF-8, or no body for a message without input.',
  },
  QUERY_INVALID: {
    message: ({ why }: { why: string }) => `The query of a read is not valid: ${why}.`,
    remedy: 'Write ?input= followed by the input as JSON, encoded with encodeURIComponent.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    message: ({ lengthMax }: { lengthMax: number }) => `An idempotency key has 1 to ${lengthMax} characters.`,
    remedy: 'Use a fresh UUID for each thing that is to be done once.',
  },
  ORIGIN_REFUSED: {
    message: ({ origin }: { origin: string }) => `A page of another origin (${origin}) may not send messages here.`,
    remedy: 'Serve the page from the same host, by a route or by a proxy in front of both.',
  },
  UNAUTHENTICATED: {
    message: (_: object) => 'The caller did not prove who it is.',
    remedy: "Send the credentials that the system's authenticate asks for.",
  },
  AUTHENTICATION_UNAVAILABLE: {
    message: (_: object) => 'Nobody can tell at the moment who the caller is.',
    remedy: 'Try again; if it lasts, look for the edge cell in selfsame status.',
  },
  GATEWAY_OVERLOADED: {
    message: ({ what }: { what: string }) => `Too much waits here already: ${what}.`,
    remedy: 'Try again later, with fewer requests at a time.',
  },
  GATEWAY_STOPPING: {
    message: (_: object) => 'The host stops and takes no new requests.',
    remedy: 'Connect again in a moment.',
  },
  GATEWAY_FAULT: {
    message: (_: object) => 'The host failed at this request; its log says how.',
    remedy: 'Whether the message was handled is not known: send it again with the same idempotency key, or look.',
  },
  ROUTE_UNAVAILABLE: {
    message: ({ route }: { route: string }) => `The route '${route}' does not serve at the moment.`,
    remedy: 'Try again; if it lasts, look for the route in selfsame status.',
  },
  ROUTE_FAILED: {
    message: ({ route }: { route: string }) => `The route '${route}' did not give a response.`,
    remedy: 'Look into the log for what it threw.',
  },
  ROUTE_TIMEOUT: {
    message: ({ route, timeoutMs }: { route: string; timeoutMs: number }) =>
      `The route '${route}' did not answer within ${timeoutMs} ms.`,
    remedy: 'Answer at once and stream the rest, or send a message that does the work.',
  },
  UPGRADE_REQUIRED: {
    message: (_: object) => 'This path speaks WebSocket.',
    remedy: "Connect with ws:// or wss://, for example by client() of 'selfsame/client'.",
  },
  FRAME_INVALID: {
    message: ({ why }: { why: string }) => `The frame is not valid. ${why}`,
    remedy: 'Frames are JSON texts as listed in the documentation of the WebSocket protocol.',
  },
  FRAME_BINARY: {
    message: (_: object) => 'Frames are text, never binary.',
    remedy: 'Send JSON as text.',
  },
  REQUEST_ID_IN_USE: {
    message: ({ id }: { id: string | number }) =>
      `A request with the id ${JSON.stringify(id)} is still in flight on this connection.`,
    remedy: 'Count ids up.',
  },
  ATTACHMENTS_TOO_MANY: {
    message: ({ attachmentsMax }: { attachmentsMax: number }) =>
      `One connection attaches to ${attachmentsMax} entities at most.`,
    remedy: 'Detach from some, or open a further connection.',
  },
  CLIENT_TOO_SLOW: {
    message: ({ bytes }: { bytes: number }) => `${bytes} bytes wait for this client, which does not read.`,
    remedy: 'Read faster, attach to less, or ask for less at a time.',
  },
})
