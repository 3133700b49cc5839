/** The style of the credential page: light and dark, phone and paper, nothing loaded. */
export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b2016, #e9ede2); --soft: light-dark(#5a6352, #a9b3a0);
  --ground: light-dark(#f4f6f1, #12150f); --card: light-dark(#ffffff, #1b2017); --line: light-dark(#dde3d6, #333b2c);
  --accent: light-dark(#2c641c, #a3d78e); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; display: grid; gap: 1rem; }
article, section, .banner { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.banner { display: flex; gap: .75rem; align-items: flex-start; padding: .85rem 1.25rem;
  background: linear-gradient(currentColor 0 0) left / 5px 100% no-repeat var(--card); }
.banner p { margin: 0; color: var(--ink); }
.banner span { display: block; font-size: .875rem; color: var(--soft); }
.banner svg { flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.banner.valid { color: light-dark(#22701a, #8fdc7c); }
.banner.expired { color: light-dark(#8a5300, #f0b75b); }
.banner.not-verified { color: light-dark(#a8261c, #ff9a8f); }
article { display: grid; grid-template-columns: 14rem 1fr; gap: 2rem; padding: 2rem; align-items: start; }
.badge { width: 100%; max-width: 14rem; }
.badge .shield { fill: light-dark(#2c641c, #3f7f2d); }
.badge .line { fill: none; stroke: #ffffffa0; stroke-width: 1.5; }
.badge text { font: 700 36px system-ui, sans-serif; fill: #fff; }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.2; margin: .1rem 0 .4rem; text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
.lead { margin: 0; font-size: 1.1rem; color: var(--soft); }
.lead strong { color: var(--ink); }
dl { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 1.25rem 0; }
dt { font-size: .8125rem; color: var(--soft); }
dd { margin: 0; font-weight: 600; }
code { font: .9em ui-monospace, monospace; }
dd code { font-weight: 600; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.25rem 0 0; }
.button { display: inline-block; padding: .5rem .95rem; border: 1px solid var(--line); border-radius: 8px; color: var(--accent);
  text-decoration: none; font-weight: 600; }
.button:first-child { background: light-dark(#2c641c, #a3d78e); color: light-dark(#fff, #12200d); border-color: transparent; }
.button:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
section { padding: 1.25rem 2rem; }
p { text-wrap: pretty; }
section p { margin: .4rem 0; }
section > :last-child { margin-bottom: 0; }
section .link { margin: 1rem 0; }
.link label { display: block; margin-bottom: .2rem; font-size: .8125rem; color: var(--soft); }
.link input { width: 100%; font: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--ground); color: var(--ink); }
.fine { font-size: .8125rem; color: var(--soft); }
.alone { text-align: center; padding: 4rem 2rem; }
@media (max-width: 40rem) {
  article { grid-template-columns: 1fr; padding: 1.25rem; gap: 1rem; }
  .badge { max-width: 8rem; justify-self: center; }
  section { padding: 1.25rem; }
  .button { flex: 1 1 100%; text-align: center; }
}
@media print {
  :root { color-scheme: light; }
  .actions, section { display: none; }
  article, .banner { border: 0; }
}
`;
