import { lines, textOf, type Line } from '../text/line.js';

/**
 * Output of one command from several members: `1_01:` and the text where they differ, one head for all of those
 * that say the same (fidelity: F-G-ALL).
 */
export function framed(outputs: readonly { readonly member: string; readonly page: readonly Line[] }[]): Line[] {
  const groups: { readonly members: string[]; readonly text: string; readonly page: readonly Line[] }[] = [];
  for (const { member, page } of outputs) {
    const text = textOf(page, false);
    const same = groups.find((g) => g.text === text);
    if (same === undefined) groups.push({ members: [member], text, page });
    else same.members.push(member);
  }
  return groups.flatMap(({ members, page }) =>
    members.length === 1
      ? [...lines('documented', `${members[0]}:`), ...page, ...lines('documented', '')]
      : [
          ...lines('recalled', `-*- ${members.length} blades: ${members.join(' ')} -*-`),
          ...page,
          ...lines('recalled', ''),
        ],
  );
}
