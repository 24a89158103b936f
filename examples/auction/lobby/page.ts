/** One page, no build: it lists the open lots, follows them over a WebSocket, bids, and comes back after a lost connection. */
import { script } from './page-script.ts'
import { style } from './page-style.ts'

export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Auction house</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<header>
  <div>
    <h1>Auction house</h1>
    <p id="connection" role="status" data-state="connecting">Connecting</p>
  </div>
  <dl id="account" aria-label="Your account">
    <div><dt>You are</dt><dd id="me"></dd></div>
    <div><dt>Available</dt><dd id="available">–</dd></div>
    <div><dt>Held for bids</dt><dd id="held">–</dd></div>
  </dl>
</header>
<main>
  <h2 id="heading">Open lots</h2>
  <ul id="lots" aria-labelledby="heading"></ul>
  <p id="empty" data-state="loading">Loading the lots</p>
  <details>
    <summary>Sell something</summary>
    <form id="sell" novalidate>
      <label>What is it? <input name="title" maxlength="120" autocomplete="off"></label>
      <label>Minutes <input name="minutes" inputmode="numeric" value="10" size="4" autocomplete="off"></label>
      <button>Open the lot</button>
      <p class="said" role="status"></p>
    </form>
  </details>
</main>
<footer>
  <p>Bid against yourself: open this page as
    <a href="?user=ada" target="_blank">ada</a>, <a href="?user=bob" target="_blank">bob</a> or
    <a href="?user=eve" target="_blank">eve</a>.</p>
</footer>
<template id="row">
  <li class="lot">
    <div class="what"><h3></h3><p><span class="key"></span> · <span class="bids"></span></p></div>
    <div class="price"><p class="amount"></p><p class="by"></p></div>
    <div class="time"><p class="left"></p><p>left</p></div>
    <form novalidate>
      <input inputmode="decimal" autocomplete="off"><button>Bid</button>
    </form>
    <p class="said" role="status"></p>
  </li>
</template>
<script type="module">${script}</script>
</html>`
