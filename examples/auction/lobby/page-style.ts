/** How the page looks. Every line of a lot keeps its height, so that nothing jumps when numbers and answers come. */
export const style = `
  :root {
    color-scheme: light dark;
    --paper: light-dark(#f7f5f1, #161513); --card: light-dark(#fff, #201f1c); --line: light-dark(#dedad2, #3a3733);
    --ink: light-dark(#1d1c1a, #eeece7); --soft: light-dark(#65615a, #a8a49b);
    --accent: light-dark(#17604a, #7fd6b6); --on-accent: light-dark(#fff, #10231c);
    --bad: light-dark(#a02a1c, #ff9d8c); --fresh: light-dark(#fff3c4, #4a3f14);
    font: 16px/1.45 system-ui, sans-serif;
  }
  * { box-sizing: border-box; margin: 0; }
  body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink); }
  header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 1rem; margin-bottom: 2rem; }
  h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.01em; }
  h2 { font-size: 1rem; color: var(--soft); font-weight: 600; margin-bottom: .5rem; }
  h3 { font-size: 1.1rem; line-height: 1.3; overflow-wrap: anywhere; }
  a { color: var(--accent); }
  footer, .what p, .time, .by, dt, #empty { color: var(--soft); font-size: .875rem; }
  #connection { min-height: 1.45em; font-size: .875rem; color: var(--soft); }
  #connection::before { content: ''; display: inline-block; width: .6em; height: .6em; margin-right: .5em; border-radius: 50%; background: var(--soft); }
  #connection[data-state=live]::before { background: var(--accent); }
  #connection[data-state=gone] { color: var(--bad); font-weight: 600; }
  #connection[data-state=gone]::before { background: var(--bad); }
  #account { display: flex; gap: 1.5rem; }
  #account dd { font-weight: 600; font-variant-numeric: tabular-nums; min-width: 5.5rem; max-width: 10rem; overflow: hidden; text-overflow: ellipsis; }
  #lots { list-style: none; padding: 0; display: grid; gap: .5rem; }
  .lot {
    display: grid; grid-template: 'what price time bid' auto '. . said said' 1.3rem / 1fr 9rem 5.5rem 14rem;
    gap: .15rem 1.25rem; align-items: center; padding: .8rem 1rem .4rem;
    background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  }
  .what { grid-area: what; min-width: 0; } .price { grid-area: price; } .time { grid-area: time; }
  .lot form { grid-area: bid; display: flex; gap: .5rem; }
  .lot .said { grid-area: said; text-align: right; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .price, .time { text-align: right; font-variant-numeric: tabular-nums; }
  .amount { font-size: 1.35rem; line-height: 1.3rem; font-weight: 650; letter-spacing: -.01em; }
  .by { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-height: 1.45em; }
  .left { color: var(--ink); font-size: 1rem; line-height: 1.3rem; }
  .mine .by { color: var(--accent); font-weight: 600; }
  .soon .left { color: var(--bad); font-weight: 600; }
  .closed .amount, .closed h3 { color: var(--soft); }
  .closed form { visibility: hidden; }
  .said { font-size: .875rem; min-height: 1.3rem; line-height: 1.3rem; color: var(--accent); }
  .said[data-mood=bad] { color: var(--bad); }
  input, button { font: inherit; color: inherit; border-radius: .4rem; border: 1px solid var(--line); padding: .45rem .7rem; background: var(--paper); min-width: 0; }
  input::placeholder { color: var(--soft); opacity: 1; }
  .lot input { flex: 1; text-align: right; font-variant-numeric: tabular-nums; }
  button { background: var(--accent); color: var(--on-accent); border-color: transparent; font-weight: 600; cursor: pointer; }
  button:hover { filter: brightness(1.1); }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  body[data-state=gone] .lot button, body[data-state=connecting] .lot button { background: var(--line); color: var(--soft); cursor: default; }
  #empty { padding: 2.5rem 1rem; text-align: center; border: 1px dashed var(--line); border-radius: .6rem; font-size: 1rem; }
  #lots:not(:empty) + #empty { display: none; }
  details { margin: 1.5rem 0; } summary { cursor: pointer; font-weight: 600; width: fit-content; }
  #sell { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-top: .75rem; }
  #sell label { display: grid; gap: .25rem; font-size: .875rem; color: var(--soft); }
  #sell label:first-child { flex: 1 1 14rem; } #sell .said { flex-basis: 100%; }
  .fresh { animation: fresh 1.2s ease-out; }
  @keyframes fresh { from { background: var(--fresh); } }
  @media (prefers-reduced-motion: reduce) { .fresh { animation: none; } }
  @media (max-width: 46rem) {
    #account { width: 100%; justify-content: space-between; gap: .75rem; } #account dd { min-width: 4rem; }
    .lot { grid-template: 'what what' auto 'price time' auto 'bid bid' auto 'said said' 1.3rem / 1fr auto; gap: .5rem 1rem; }
    .price { text-align: left; min-width: 0; }
    .closed form { display: none; }
  }
`
