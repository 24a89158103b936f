/**
 * What runs in the browser. A bid carries an idempotency key: if the connection breaks before the answer has come, the
 * same bid is sent again on the next one, and happens once. Everything else is asked for anew.
 */
export const script = `
const NEW_LOTS_MS = 3000, RETRY_MS_MIN = 250, RETRY_MS_MAX = 5000, SOON_MS = 60000
const $ = (selector, under = document) => under.querySelector(selector)
const query = new URLSearchParams(location.search)
if (!query.get('user')) {
  query.set('user', 'guest-' + Math.floor(1000 + Math.random() * 9000))
  history.replaceState(null, '', '?' + query)
}
const me = query.get('user')
$('#me').textContent = me
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
const money = (amount) => dollars.format(amount)
const say = (place, text, mood = 'good') => { place.textContent = text; place.dataset.mood = mood }
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

// The connection: requests by id, one answer each.
let socket, next = 1, retryMs = RETRY_MS_MIN
const waiting = new Map()
const isLive = () => socket?.readyState === WebSocket.OPEN
const call = (frame) => new Promise((answered) => {
  const id = next++
  waiting.set(id, { frame: { ...frame, id }, answered })
  if (isLive()) socket.send(JSON.stringify({ ...frame, id }))
})
function connection(state, text) {
  document.body.dataset.state = state
  $('#connection').dataset.state = state
  $('#connection').textContent = text
}
function connect() {
  socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/ws?user=' + encodeURIComponent(me))
  socket.onopen = async () => {
    retryMs = RETRY_MS_MIN
    connection('live', 'Live')
    for (const { frame } of waiting.values()) socket.send(JSON.stringify(frame))
    await call({ type: 'call', to: 'ledger/' + me, message: 'join' })
    account()
    for (const lot of rows.keys()) attach(lot)
    discover()
  }
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data)
    if (frame.type === 'event') heard(frame.to.slice('auction/'.length), frame)
    else if (frame.type === 'lagged') attach(frame.to.slice('auction/'.length))
    else if (waiting.has(frame.id)) { waiting.get(frame.id).answered(frame); waiting.delete(frame.id) }
  }
  socket.onclose = () => {
    for (const [id, { frame, answered }] of waiting) {
      if (frame.idempotencyKey) continue
      waiting.delete(id)
      answered({ type: 'failed', code: 'GONE' })
    }
    connection('gone', 'No connection. Trying again')
    setTimeout(connect, retryMs)
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
  }
}

// The account.
async function account() {
  const answer = await call({ type: 'call', to: 'ledger/' + me, message: 'balance' })
  if (answer.type !== 'reply') return
  $('#available').textContent = money(answer.output.available)
  $('#held').textContent = money(answer.output.held)
}

// The lots.
const rows = new Map()
function add(lot) {
  const row = $('#row').content.cloneNode(true).firstElementChild
  rows.set(lot, row)
  $('.key', row).textContent = lot
  const field = $('input', row)
  field.setAttribute('aria-label', 'Your bid on ' + lot + ' in dollars')
  field.oninput = () => say($('.said', row), '')
  $('form', row).onsubmit = (event) => { event.preventDefault(); bid(lot, row, field) }
  $('#lots').append(row)
  return row
}
function show(lot, standing, fresh) {
  const row = rows.get(lot) ?? add(lot)
  const wasMine = row.classList.contains('mine')
  const isMine = standing.bidder === me
  row.standing = { ...row.standing, ...standing }
  const { title, highest, bidder, bids, phase } = row.standing
  $('h3', row).textContent = title
  $('.bids', row).textContent = bids === 1 ? '1 bid' : bids + ' bids'
  $('.amount', row).textContent = bids === 0 ? '–' : money(highest)
  $('.by', row).textContent = bids === 0 ? 'no bid yet' : (phase === 'closed' ? 'sold to ' : '') + (isMine ? 'you' : bidder)
  $('input', row).placeholder = bids === 0 ? 'any amount' : 'over ' + highest.toFixed(2)
  row.classList.toggle('mine', isMine)
  row.classList.toggle('closed', phase === 'closed')
  // What was said of a bid that was too low is no longer true.
  if (fresh && $('.said', row).dataset.mood === 'bad') say($('.said', row), '')
  if (wasMine && !isMine) { say($('.said', row), 'You are outbid.', 'bad'); account() }
  if (fresh) { row.classList.remove('fresh'); void row.offsetWidth; row.classList.add('fresh') }
  tick()
}
function heard(lot, { event, data }) {
  if (event === 'highest') show(lot, { highest: data.amount, bidder: data.bidder, bids: data.bids }, true)
  if (event === 'closed') { show(lot, { phase: 'closed' }, true); account() }
}
async function attach(lot) {
  const answer = await call({ type: 'attach', to: 'auction/' + lot, read: 'standing' })
  if (answer.type === 'attached') show(lot, answer.output)
}
async function discover() {
  try {
    const lots = await (await fetch('/lots')).json()
    const unseen = lots.filter(({ lot }) => !rows.has(lot)).sort((a, b) => a.endsAt - b.endsAt)
    for (const { lot, ...standing } of unseen) { show(lot, standing); attach(lot) }
    $('#empty').textContent = 'No lot is open. Sell something, and see it here.'
    $('#empty').dataset.state = 'empty'
  } catch {} // The connection says what is wrong, and asks again.
}
const REFUSALS = {
  BID_TOO_LOW: ({ highest }) => 'Too low: the highest is ' + money(highest) + '.',
  NO_FUNDS: () => 'You do not have that much available.',
  CLOSED: () => 'Too late: the lot is closed.',
  OVERLOADED: () => 'The house is busy. Try again.',
}
async function bid(lot, row, field) {
  const said = $('.said', row)
  const amount = Math.round(Number(field.value.replace(/[$,\\s]/g, '')) * 100) / 100
  if (!(amount > 0)) return say(said, 'Type an amount in dollars.', 'bad')
  if (!isLive()) return say(said, 'No connection: nothing was sent.', 'bad')
  if (row.ariaBusy === 'true') return
  row.ariaBusy = 'true'
  say(said, 'Bidding ' + money(amount))
  const answer = await call({ type: 'call', to: 'auction/' + lot, message: 'bid', input: { amount }, idempotencyKey: key() })
  row.ariaBusy = 'false'
  if (answer.type === 'reply') {
    field.value = ''
    say(said, 'Your bid of ' + money(amount) + ' stands.')
  } else say(said, REFUSALS[answer.code]?.(answer.data ?? {}) ?? answer.code + ': ' + answer.message, 'bad')
  account()
}
function left(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000)), pad = (n) => String(n).padStart(2, '0')
  if (seconds >= 86400) return Math.floor(seconds / 86400) + ' d ' + Math.floor(seconds % 86400 / 3600) + ' h'
  if (seconds >= 3600) return Math.floor(seconds / 3600) + ' h ' + pad(Math.floor(seconds % 3600 / 60)) + ' min'
  return Math.floor(seconds / 60) + ':' + pad(seconds % 60)
}
function tick() {
  for (const row of rows.values()) {
    const { endsAt, phase } = row.standing
    const ms = endsAt - Date.now()
    $('.left', row).textContent = phase === 'closed' ? 'closed' : left(ms)
    $('.left', row).nextElementSibling.textContent = phase === 'closed' ? '' : 'left'
    row.classList.toggle('soon', phase === 'open' && ms < SOON_MS)
  }
}
$('#sell').onsubmit = async (event) => {
  event.preventDefault()
  const { title, minutes } = Object.fromEntries(new FormData(event.target)), said = $('.said', event.target)
  if (title.trim() === '' || !(Number(minutes) > 0)) return say(said, 'Say what it is, and for how many minutes.', 'bad')
  try {
    const body = JSON.stringify({ lot: 'lot-' + key().slice(0, 6), title, seller: me, endsInMs: minutes * 60000 })
    const response = await fetch('/lots', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (!response.ok) return say(said, 'The house does not take it (' + response.status + ').', 'bad')
    event.target.elements.title.value = ''
    say(said, 'It is open.')
    discover()
  } catch { say(said, 'No connection: nothing was opened.', 'bad') }
}
setInterval(tick, 1000)
setInterval(() => { if (isLive() && !document.hidden) { discover(); account() } }, NEW_LOTS_MS)
connect()
`
