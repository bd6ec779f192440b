import type { Basis } from '../figures/basis.js';
import { basisWords } from '../page/basis-section.js';
import { markdownTable } from '../text/markdown-text.js';

/** What a verdict rests on, as paragraphs. */
export function basisLines(basis: Basis): string[] {
  return [
    '## What the verdict rests on',
    `${basisWords(basis)} settings.`,
    markdownTable(
      ['how sure', 'settings', 'by name'],
      basis.groups.map((g) => [g.certainty, String(g.settings.length), g.settings.map((s) => s.name).join(', ')]),
    ),
    basis.changed.length === 0
      ? "Every setting has its profile's value."
      : markdownTable(
          ['not as the profile has it', 'here', 'profile', 'how sure'],
          basis.changed.map((s) => [s.name, s.value, s.otherwise, s.certainty]),
        ),
  ];
}
