/** The page's style: one column on a phone, dark and light, every colour with a contrast of 4.5 and more. */
export const style = `
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1f24; --soft: #545b64; --line: #d5dae0; --band: #f4f6f8;
  --ran: #0b62a8; --cached: #1a6f37; --failed: #b3261e; --other: #6a5a00; --import: #7a3e9d; --bar: #e7ebef; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #14171b; --fg: #e8ebee; --soft: #aab2bb; --line: #363d45; --band: #1c2126;
    --ran: #6fb3f2; --cached: #68c587; --failed: #ff9a90; --other: #d9c35a; --import: #cf9ff0; --bar: #262d34; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--bg); color: var(--fg);
  font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.3rem; margin: 2.5rem 0 0; } h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.2rem 0 .3rem; } p { margin: .3rem 0; } .soft { color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0; padding: .8rem 1rem; background: var(--band); border: 1px solid var(--line); border-radius: .5rem; }
.facts div { min-width: 7rem; } dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; } .scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 3px solid var(--ran); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; overflow-wrap: normal; } caption { text-align: left; padding: .5rem .7rem; color: var(--soft); font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; border-top: 1px solid var(--line); } thead th { font-size: .85rem; color: var(--soft); white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } tbody th { font-weight: 600; min-width: 4.5rem; overflow-wrap: anywhere; } td.t { min-width: 11rem; overflow-wrap: anywhere; }
ol.time { list-style: none; margin: 0; padding: 0; } ol.time li { padding: .25rem 0 .35rem; }
.row { display: flex; justify-content: space-between; gap: 1rem; font-size: .92rem; } .row .when { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
.track { display: block; height: .55rem; background: var(--bar); border-radius: .3rem; overflow: hidden; }
.bar { display: block; height: 100%; min-width: 3px; border-radius: .3rem; background: var(--other); }
.ran .bar { background: var(--ran); } .cached .bar { background: var(--cached); } .failed .bar { background: var(--failed); } .moved .bar { background: var(--import); }
.mark { border: 1px solid currentcolor; border-radius: .3rem; padding: 0 .3rem; font-size: .75rem; margin-left: .4rem; white-space: nowrap; } .critical .track { overflow: visible; } .critical .bar { box-shadow: 0 0 0 2px var(--bg), 0 0 0 4px var(--fg); }
.key { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; list-style: none; padding: 0; font-size: .85rem; } .key i { display: inline-block; width: .9rem; height: .6rem; border-radius: .2rem; margin-right: .35rem; background: var(--other); }
.key .ran i { background: var(--ran); } .key .cached i { background: var(--cached); } .key .failed i { background: var(--failed); } .key .moved i { background: var(--import); }
summary { cursor: pointer; padding: .3rem 0; } footer { margin: 3rem 0 1rem; }
@media (max-width: 40rem) { body { padding: .7rem; } .row { display: block; } .row .when { display: block; } .facts { gap: .5rem 1rem; } }
`.trim();
