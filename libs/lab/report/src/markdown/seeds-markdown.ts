import type { Basis } from '../figures/basis.js';
import type { SeedsData } from '../run-data.js';
import type { FigureSpread } from '../seeds-report.js';
import { codeBlock, escapeMarkdown as esc, markdownTable } from '../text/markdown-text.js';
import { shortNumber } from '../text/numbers.js';
import { basisLines } from './basis-lines.js';

/** An experiment over many seeds in short. */
export function seedsMarkdown(data: SeedsData, basis: Basis, figures: readonly FigureSpread[]): string {
  const failed = data.seeds.filter((s) => s.verdict !== 'pass');
  return [
    `# ${esc(data.title)}`,
    esc(data.description),
    `**${failed.length === 0 ? 'pass' : 'fail'}**: ${data.seeds.length - failed.length} of ${data.seeds.length} seeds passed.`,
    `Fabric ${esc(data.fabric)}, profile ${data.profile}, simulated, seeds ${data.from} to ${data.to}.`,
    '## How the figures are spread',
    markdownTable(
      ['figure', 'least', 'median', '95 % interval of the median', '99 of 100', 'most'],
      figures.map(({ name, spread: s }) => [
        name,
        shortNumber(s.min),
        shortNumber(s.median),
        s.interval === null ? '–' : `${shortNumber(s.interval[0])} to ${shortNumber(s.interval[1])}`,
        shortNumber(s.p99),
        shortNumber(s.max),
      ]),
    ),
    ...(failed.length === 0
      ? []
      : [
          '## Seeds that did not pass',
          markdownTable(
            ['seed', 'why'],
            failed.map((s) => [String(s.seed), s.reason]),
          ),
        ]),
    ...basisLines(basis),
    '## Again, and closer',
    ...data.commands.flatMap((c) => [`${esc(c.does)}:`, codeBlock(c.command)]),
    '',
  ].join('\n\n');
}
