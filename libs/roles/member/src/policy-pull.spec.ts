import { describe, expect, it } from '@jest/globals';
import type { Reply, Runtime } from '@rehearsal/kernel';
import { PolicyPull } from './policy-pull.js';

const OWN = { rules: ['own'] };
const THEIRS = { rules: ['theirs'] };

/** A member that asks `smo` for its policy; time passes by `pass`. */
function pulling(smo: () => string) {
  const taken: unknown[] = [];
  const asked: string[] = [];
  let later: (() => void)[] = [];
  const rt = {
    self: { id: '1_03' },
    ask: (to: string, _body: Uint8Array, _within: number, done: (reply: Reply) => void) => {
      asked.push(to);
      done({ kind: 'answer', body: new TextEncoder().encode(JSON.stringify({ policy: THEIRS })) } as Reply);
    },
    after: (_ms: number, run: () => void) => {
      later.push(run);
      return () => (later = later.filter((other) => other !== run));
    },
  } as unknown as Runtime;
  const pull = new PolicyPull(rt, smo, (policy, from) => taken.push([policy, from]));
  const pass = (): void => {
    for (const run of later.splice(0)) run();
  };
  return { pull, taken, asked, pass };
}

describe('a member that comes up', () => {
  it('takes the policy of the single management object, and its own where nobody else serves', () => {
    const { pull, taken } = pulling(() => '1_01');
    pull.start(OWN);
    const alone = pulling(() => '');
    alone.pull.start(OWN);
    expect([taken, alone.taken]).toEqual([[[THEIRS, '1_01']], [[OWN, 'own copy']]]);
  });

  it('waits for somebody to serve where it has none of its own, being new', () => {
    let smo = '';
    const { pull, taken, pass } = pulling(() => smo);
    pull.start(undefined);
    pass();
    expect(taken).toEqual([]);
    smo = '1_01';
    pass();
    expect(taken).toEqual([[THEIRS, '1_01']]);
  });

  it('does not wait any more once it is stopped', () => {
    let smo = '';
    const { pull, taken, pass } = pulling(() => smo);
    pull.start(undefined);
    pull.stop();
    smo = '1_01';
    pass();
    expect(taken).toEqual([]);
  });
});
