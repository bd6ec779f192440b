import { spreadChart } from './charts/seeds-chart.js';
import { basisOf } from './figures/basis.js';
import { spreadOf, type Spread } from './figures/spread.js';
import { seedsMarkdown } from './markdown/seeds-markdown.js';
import { basisSection, basisWords } from './page/basis-section.js';
import { pageOf, table, tile } from './page/page.js';
import { commandsSection } from './page/run-sections.js';
import type { Report, SeedsData } from './run-data.js';
import { markup } from './text/html.js';
import { numberText, shortNumber } from './text/numbers.js';

/** One figure over all seeds that have it. */
export interface FigureSpread {
  readonly name: string;
  readonly values: readonly number[];
  readonly spread: Spread;
}

/** Figures of many seeds by name, in the order of the first seed; those that no seed has are left out. */
export function figureSpreads({ seeds }: Pick<SeedsData, 'seeds'>): FigureSpread[] {
  const names = [...new Set(seeds.flatMap((s) => Object.keys(s.figures)))];
  return names.flatMap((name) => {
    const values = seeds.map((s) => s.figures[name]).filter((v) => typeof v === 'number');
    const spread = spreadOf(values);
    return spread === null ? [] : [{ name, values, spread }];
  });
}

/** The report of an experiment over many seeds. */
export function seedsReport(data: SeedsData): Report {
  const basis = basisOf(data.profile, data.settings);
  const failed = data.seeds.filter((s) => s.verdict !== 'pass');
  const verdict = failed.length === 0 ? 'pass' : 'fail';
  const figures = figureSpreads(data);
  const n = { isNumber: true };
  const body = markup`<h1>${data.title}</h1>
    <p class="about">${data.description}</p>
    <div class="verdict ${verdict}">
      <strong>${verdict}</strong
      ><span>${numberText(data.seeds.length - failed.length)} of ${numberText(data.seeds.length)} seeds passed.</span>
    </div>
    <p class="soft">
      Fabric ${data.fabric}, profile ${data.profile}, simulated, seeds ${data.from} to ${data.to}. It rests on
      ${basisWords(basis)} settings.
    </p>
    <div class="tiles">${figures.map((f) => tile(shortNumber(f.spread.median), `${f.name}, median`))}</div>
    <h2>Seeds that did not pass</h2>
    ${
      failed.length === 0
        ? markup`<p>None.</p>`
        : table(
            [{ name: 'seed', ...n }, { name: 'verdict' }, { name: 'why' }],
            failed.map((s) => [s.seed, s.verdict, s.reason]),
          )
    }
    <h2>How the figures are spread</h2>
    <p class="soft">
      The line is the median of these seeds. The bar above it is an interval that holds the median of all seeds there
      are with a confidence of at least 95 %, whatever they are distributed like.
    </p>
    ${figures.map((f, i) => spreadChart(`figure-${i}`, f.name, f.values, f.spread))}
    ${table(
      [
        { name: 'figure' },
        { name: 'seeds', ...n },
        { name: 'least', ...n },
        { name: 'median', ...n },
        { name: '95 % interval', ...n },
        { name: '99 of 100', ...n },
        { name: 'most', ...n },
      ],
      figures.map(({ name, spread: s }) => [
        name,
        s.count,
        shortNumber(s.min),
        shortNumber(s.median),
        s.interval === null ? '–' : `${shortNumber(s.interval[0])} to ${shortNumber(s.interval[1])}`,
        shortNumber(s.p99),
        shortNumber(s.max),
      ]),
    )}
    ${basisSection(basis)} ${commandsSection(data.commands)}`;
  return {
    html: pageOf(`${verdict}: ${data.title}, ${data.seeds.length} seeds`, body, { from: 0, to: 1, charts: [] }),
    markdown: seedsMarkdown(data, basis, figures),
  };
}
