import { describe, expect, it } from '@jest/globals';
import { asRunMarkdown } from './as-run.js';

const RUN = {
  runbook: 'a.md',
  verdict: 'pass',
  reasons: ['1_02 is back'],
  steps: [],
  leftOut: [{ line: 7, command: 'ssh sgm<sgm_id>', why: "only for a case: 'If *it* fails:'" }],
  assessment: { rules: [], undone: [], notExecuted: [] },
  capacity: [],
  corrected: '',
  connections: { opened: 0, affected: 0, lost: 0, lostWhen: [] },
  restsOnText: 'documented 1',
};

describe('the record of a runbook as Markdown', () => {
  it('takes what was said for text, once', () => {
    const said = asRunMarkdown(RUN);
    expect(said).toContain('**pass**: 1\\_02 is back');
    expect(said).toContain("| 7 | ssh sgm&lt;sgm\\_id&gt; | only for a case: 'If \\*it\\* fails:' |");
  });
});
