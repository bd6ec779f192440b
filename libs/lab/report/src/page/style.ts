/**
 * Colours of eight series that people with any colour vision tell apart (after Okabe and Ito), darker on light ground
 * and lighter on dark; every one is named at its line as well.
 */
const LIGHT = `
  --ground:#ffffff; --raised:#f5f6f8; --ink:#15181d; --soft:#555d68; --line:#d6dae0; --grid:#e6e9ee;
  --c0:#0072b2; --c1:#c64b00; --c2:#00785a; --c3:#a6407b; --c4:#1f88c0; --c5:#a86f00; --c6:#6a4bb0; --c7:#4d4d4d; --cx:#b4bac4;
  --bad:#c64b00; --good:#00785a; --plain:#8a929e; --fault:#c64b0033; --recovery:#0072b21f;
  --pass:#00694f; --fail:#b3261e; --doubt:#8a5a00;`;
const DARK = `
  --ground:#14171c; --raised:#1d2128; --ink:#e8eaee; --soft:#a6adb8; --line:#3a414b; --grid:#2a3038;
  --c0:#5ab4ec; --c1:#ff8f4d; --c2:#2fc79b; --c3:#e792c2; --c4:#9ad3f5; --c5:#f0b93a; --c6:#b7a0f5; --c7:#c6c6c6; --cx:#59616d;
  --bad:#ff8f4d; --good:#2fc79b; --plain:#868e9a; --fault:#ff8f4d3d; --recovery:#5ab4ec26;
  --pass:#3ad0a5; --fail:#ff8a80; --doubt:#f0b93a;`;

const SERIES = ['0', '1', '2', '3', '4', '5', '6', '7', 'x']
  .map(
    (c) =>
      `path.c${c}{stroke:var(--c${c})} text.c${c}{fill:var(--c${c})} rect.c${c}{fill:var(--c${c})} .tip .c${c}::before{background:var(--c${c})}`,
  )
  .join('\n');

/** The page's style: on a screen by day and by night, and on paper. */
export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1060px;margin:0 auto;padding:28px 24px 60px}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .3rem} h2{font-size:1.25rem;margin:2.6rem 0 .6rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:0} p{margin:.4rem 0} .soft,figcaption p,.about{color:var(--soft)} .about{margin-bottom:1rem}
.verdict{display:flex;gap:16px;align-items:baseline;margin:1.2rem 0 .4rem;padding:12px 16px;background:var(--raised);border-left:6px solid var(--doubt);border-radius:3px}
.verdict strong{font-size:1.5rem;text-transform:uppercase;letter-spacing:.04em;color:var(--doubt)}
.verdict.pass{border-color:var(--pass)} .verdict.pass strong{color:var(--pass)} .verdict.fail{border-color:var(--fail)} .verdict.fail strong{color:var(--fail)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:1rem 0}
.tile{background:var(--raised);border-radius:3px;padding:10px 12px} .tile b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums} .tile span{color:var(--soft);font-size:.86rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin:.5rem 0} th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.86rem} td.n,th.n{text-align:right;padding-right:24px} .split{display:grid;grid-template-columns:1fr 1fr;gap:0 36px}
code,pre{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.88rem} pre{background:var(--raised);padding:10px 12px;border-radius:3px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0 .9rem}
table.account td:first-child{width:36%} table.account td.n{width:14%} td code{overflow-wrap:anywhere}
figure.chart{margin:1.6rem 0 0;position:relative} figcaption p{margin:.1rem 0 .3rem;font-size:.9rem} svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:12px;fill:var(--soft)} svg .axis{font-size:12px} svg .name{font-size:12.5px;font-weight:600} svg .lane{font-size:12.5px}
.grid{stroke:var(--grid)} .base,.tickline{stroke:var(--soft)} .s{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.s.cx{stroke-width:1} .lead{fill:none;stroke-width:1;opacity:.6}
.w.fault{fill:var(--fault)} .w.recovery{fill:var(--recovery)} .faultline{stroke:var(--bad);stroke-width:1.3;stroke-dasharray:4 3;fill:none;vector-effect:non-scaling-stroke}
svg text.lab{font-size:11.5px;fill:var(--ink);paint-order:stroke;stroke:var(--ground);stroke-width:3px} svg text.lab.fault,svg text.lab.bad{fill:var(--bad)} svg text.lab.good{fill:var(--good)}
.band{fill:var(--raised)} .m{fill:none;stroke-linecap:round;stroke-width:9;vector-effect:non-scaling-stroke} .m.bad{stroke:var(--bad);stroke-linecap:square;stroke-width:8} .m.good{stroke:var(--good)} .m.plain{stroke:var(--plain);stroke-width:5.5}
.bar{opacity:.75} .median{stroke:var(--ink);stroke-width:2;fill:none} .interval{stroke:var(--c1);stroke-width:5;fill:none}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:.86rem;color:var(--soft)} .key::before{content:"";display:inline-block;width:10px;height:10px;margin-right:6px;vertical-align:baseline}
.key.bad::before{background:var(--bad)} .key.good::before{background:var(--good);border-radius:50%} .key.plain::before{background:var(--plain);border-radius:50%;width:7px;height:7px}
.key.fault::before{background:var(--fault);border-left:2px dashed var(--bad);width:18px} .key.recovery::before{background:var(--recovery);width:18px}
.mood{font-weight:600} .mood.bad{color:var(--bad)} .mood.good{color:var(--good)} .mood.plain{color:var(--soft)}
.scroll{max-height:460px;overflow:auto;border:1px solid var(--grid);padding:0 8px} .scroll thead th{position:sticky;top:0;background:var(--ground)}
.tools{display:flex;gap:10px;align-items:center;position:sticky;top:0;background:var(--ground);padding:6px 0;z-index:2} button,input{font:inherit;font-size:.88rem;color:var(--ink);background:var(--raised);border:1px solid var(--line);border-radius:3px;padding:3px 10px}
.tip{position:absolute;pointer-events:none;background:var(--raised);border:1px solid var(--line);border-radius:3px;padding:5px 9px;font-size:.82rem;white-space:nowrap;z-index:3;font-variant-numeric:tabular-nums} .tip div::before{content:"";display:inline-block;width:9px;height:9px;margin-right:6px} .tip b::before{content:none}
.cross{stroke:var(--ink);stroke-width:1;opacity:.5} .drag{fill:var(--ink);opacity:.12}
${SERIES}
@media (max-width:760px){.split{grid-template-columns:1fr} main{padding:16px 12px 40px}}
@media print{
  :root{color-scheme:light;${LIGHT}}
  body{font-size:10.5pt} main{max-width:none;padding:0} .tools,.tip{display:none!important} .scroll{max-height:none;overflow:visible;border:0;padding:0}
  figure.chart,tr,pre,.tile,.verdict{break-inside:avoid} h2,h3{break-after:avoid} .tile,.verdict,pre{border:1px solid var(--line)} *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
@page{margin:14mm}
`;
