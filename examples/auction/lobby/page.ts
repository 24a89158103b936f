/** One page, no build: it lists the open lots, follows them over a WebSocket, and bids. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Auction house</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
  table { width: 100%; border-collapse: collapse; }
  th, td { text-align: left; padding: .4rem .5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
  td.money { font-variant-numeric: tabular-nums; }
  tr.fresh td { animation: fresh 1s; }
  @keyframes fresh { from { background: color-mix(in srgb, gold 40%, transparent); } }
  button { font: inherit; padding: .1rem .7rem; }
  #said { min-height: 1.5em; }
</style>
<header><h1>Lots</h1><p>You are <b id="me"></b>, with <b id="money">...</b> dollars</p></header>
<p id="said" role="status"></p>
<table><thead><tr><th>Lot<th>Highest<th>By<th>Bids<th></tr></thead><tbody id="lots"></tbody></table>
<script type="module">
const me = new URLSearchParams(location.search).get('user') ?? 'guest-' + Math.floor(Math.random() * 1000)
document.querySelector('#me').textContent = me
const said = (text) => { document.querySelector('#said').textContent = text }
const dollars = (amount) => amount.toFixed(2)
let socket, next = 1
const waiting = new Map()
const call = (frame) => new Promise((done) => { const id = next++; waiting.set(id, done); socket.send(JSON.stringify({ ...frame, id })) })
const rows = new Map()
function show(lot, standing) {
  let row = rows.get(lot)
  if (!row) {
    row = document.querySelector('#lots').insertRow()
    for (let i = 0; i < 5; i++) row.insertCell()
    row.cells[1].className = 'money'
    const button = document.createElement('button')
    button.textContent = 'Bid'
    button.onclick = async () => {
      const amount = Math.round((Number(row.dataset.highest) + 1) * 100) / 100
      const answer = await call({ type: 'call', to: 'auction/' + lot, message: 'bid', input: { amount } })
      said(answer.type === 'reply' ? 'Your bid of ' + dollars(amount) + ' on ' + lot + ' stands.' : lot + ': ' + answer.code)
      money()
    }
    row.cells[4].append(button)
    rows.set(lot, row)
  }
  row.dataset.highest = standing.highest
  row.cells[0].textContent = standing.title ?? row.cells[0].textContent
  row.cells[1].textContent = dollars(standing.highest)
  row.cells[2].textContent = standing.bidder ?? ''
  row.cells[3].textContent = standing.bids
  row.classList.remove('fresh'); void row.offsetWidth; row.classList.add('fresh')
}
async function money() {
  const answer = await call({ type: 'call', to: 'ledger/' + me, message: 'balance' })
  if (answer.type === 'reply') document.querySelector('#money').textContent = dollars(answer.output.available)
}
function open() {
  socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/ws?user=' + encodeURIComponent(me))
  socket.onopen = async () => {
    said('')
    await call({ type: 'call', to: 'ledger/' + me, message: 'join' })
    money()
    const lots = await (await fetch('/lots')).json()
    for (const { lot } of lots) attach(lot)
  }
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data)
    if (frame.type === 'event') {
      const lot = frame.to.slice('auction/'.length)
      if (frame.event === 'highest') show(lot, { highest: frame.data.amount, bidder: frame.data.bidder, bids: frame.data.bids })
      if (frame.event === 'closed') { rows.get(lot)?.remove(); rows.delete(lot) }
    } else if (frame.type === 'lagged') attach(frame.to.slice('auction/'.length))
    else if (frame.id !== undefined) { waiting.get(frame.id)?.(frame); waiting.delete(frame.id) }
  }
  socket.onclose = () => { said('The connection is gone; trying again.'); setTimeout(open, 1000) }
}
async function attach(lot) {
  const answer = await call({ type: 'attach', to: 'auction/' + lot, read: 'standing' })
  if (answer.type === 'attached') show(lot, answer.output)
}
open()
</script>
</html>`
