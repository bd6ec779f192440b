import type { Certainty } from '@rehearsal/kernel';
import type { Basis } from '../figures/basis.js';
import { markup, type Html } from '../text/html.js';
import { table } from './page.js';

export const CERTAINTY_WORDS: Readonly<Record<Certainty, string>> = {
  documented: 'stated in public documentation, or shown by public tools',
  recalled: 'generally known among those who run such fabrics, but not found in public documentation',
  inferred: 'follows from what is documented, or is the simplest thing that explains it',
  ours: 'a decision of this project',
};

/** `13 documented, 12 recalled, 8 inferred and 32 of our own` */
export function basisWords(basis: Basis): string {
  const n = (certainty: Certainty): number => basis.groups.find((g) => g.certainty === certainty)?.settings.length ?? 0;
  return `${n('documented')} documented, ${n('recalled')} recalled, ${n('inferred')} inferred and ${n('ours')} of our own`;
}

/** What the verdict rests on, by name. */
export function basisSection(basis: Basis): Html {
  const groups = basis.groups.map(
    ({ certainty, settings }) =>
      markup`<tr>
        <td class="n">${settings.length}</td>
        <td><b>${certainty}</b><br /><span class="soft">${CERTAINTY_WORDS[certainty]}</span></td>
        <td>
          ${settings.map((s, i) => markup`${i === 0 ? '' : ', '}<code title="${s.about} (${s.fidelity}) Here: ${s.value}">${s.name}</code>`)}
        </td>
      </tr>`,
  );
  const changed =
    basis.changed.length === 0
      ? markup`<p>Every setting has its profile's value.</p>`
      : markup`<p>Not as the profile has them:</p>
          ${table(
            [
              { name: 'setting' },
              { name: 'here' },
              { name: 'profile' },
              { name: 'certainty' },
              { name: 'what it does' },
            ],
            basis.changed.map((s) => [markup`<code>${s.name}</code>`, s.value, s.otherwise, s.certainty, s.about]),
          )}`;
  return markup`<h2 id="basis">What the verdict rests on</h2>
    <p>
      ${basisWords(basis)} settings. Where one of them is otherwise in a real fabric, the figures may be, too;
      <code>rehearse sensitivity</code> says which matter.
    </p>
    <table>
      <thead>
        <tr>
          <th class="n">settings</th>
          <th>how sure</th>
          <th>by name</th>
        </tr>
      </thead>
      <tbody>
        ${groups}
      </tbody>
    </table>
    ${changed}`;
}
