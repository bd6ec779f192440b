import type { Note } from '@rehearsal/lab-port';
import type { RunResult } from '../result.js';

/** What members said of issues that are known of their software, once each, with who said it. */
export function knownIssuesOf(notes: readonly Note[]): RunResult['knownIssues'] {
  const found = new Map<string, { readonly what: string; readonly members: Set<string> }>();
  for (const { code, id, fields } of notes) {
    if (code !== 'known_issue') continue;
    const issue = String(fields['issue']);
    const known = found.get(issue) ?? { what: String(fields['what']), members: new Set() };
    known.members.add(id);
    found.set(issue, known);
  }
  return [...found]
    .map(([issue, { what, members }]) => ({ issue, what, members: [...members].sort() }))
    .sort((a, b) => (a.issue < b.issue ? -1 : 1));
}
