import { describe, expect, it } from '@jest/globals';
import type { AnyMachine, Commit, Seal } from '@rehearsal/kernel';
import { decodeCommit, encodeCommit, sealHash, sealOf, sha256Hex } from '@rehearsal/kernel';
import type { TillInput } from '@rehearsal/kernel/testing';
import { ledger, till } from '@rehearsal/kernel/testing';
import { linesOf, logBytes, verifyRun } from './index.js';
import { recordedRun } from './testing/recorded-run.js';

const MACHINES: Readonly<Record<string, AnyMachine>> = { till: till as never, ledger: ledger as never };

/** Streams by line: 1 till v1, 2 ledger v1, 3 till v2, 4 ledger v2, 5 till v3, 6 ledger v3, 7 till v4 … */
const { commits, seal } = recordedRun(6);
const lines = [...linesOf([logBytes(commits)])];

function verify(changed: readonly Uint8Array[], given: Seal | undefined = seal, machines = MACHINES) {
  return verifyRun({ lines: changed, machines, ...(given === undefined ? {} : { seal: given }) });
}

/** Line `n` (from 1) after a change, written down as a forger would: canonical, nothing else touched. */
function forged(n: number, change: (commit: Commit) => Commit): Uint8Array[] {
  return lines.map((line, i) => (i === n - 1 ? encodeCommit(change(decodeCommit(line))) : line));
}

function without(...numbers: number[]): Uint8Array[] {
  return lines.filter((_, i) => !numbers.includes(i + 1));
}

function swapped(a: number, b: number): Uint8Array[] {
  return lines.map((line, i) => (i === a - 1 ? lines[b - 1]! : i === b - 1 ? lines[a - 1]! : line));
}

const paid = (amount: number, total: number) => ({ type: 'Paid', amount, total });

describe('a log as it was recorded', () => {
  it('is whole, and decides the same', () => {
    expect(verify(lines)).toStrictEqual({
      kind: 'ok',
      exitCode: 0,
      first: undefined,
      tampered: [],
      differences: [],
      differenceCount: 0,
      commits: 12,
      decided: 12,
      undecided: [],
      heads: seal.streams,
      sealHash: seal.hash,
      builds: ['b'],
      limits: [
        'The seal was not compared with one that is held elsewhere: whoever can write the log may have written the seal.',
        'That the recorded inputs are complete and true is not shown by the log itself.',
      ],
    });
  });

  it('is read the same from pieces of any size, with or without the last line feed', () => {
    const file = logBytes(commits);
    for (const size of [1, 7, 100, file.length - 1]) {
      const chunks = Array.from({ length: Math.ceil(file.length / size) }, (_, i) =>
        file.subarray(i * size, (i + 1) * size),
      );
      expect(verify([...linesOf(chunks)]).kind).toBe('ok');
    }
    expect(verify([...linesOf([file.subarray(0, -1)])]).kind).toBe('ok');
  });

  it('needs no seal where something else that is held vouches for it', () => {
    const truth = 'That the recorded inputs are complete and true is not shown by the log itself.';
    expect(verifyRun({ lines, machines: MACHINES, vouched: true }).limits).toEqual([truth]);
    expect(verifyRun({ lines, machines: MACHINES, seal, vouched: true }).limits).toEqual([truth]);
    expect(verifyRun({ lines, machines: MACHINES, seal, vouched: false }).limits).toHaveLength(2);
  });

  it('says what was not decided again when a machine is missing', () => {
    const result = verify(lines, seal, { till: till as never });
    expect(result.kind).toBe('ok');
    expect(result.decided).toBe(6);
    expect(result.undecided).toStrictEqual([
      { stream: 'ledger.L1', commits: 6, reason: 'there is no machine for ledger' },
    ]);
    expect(result.limits).toContain(
      'Some commits could not be decided again: their hashes were checked, their decisions were not.',
    );
  });
});

describe('a log that was tampered with', () => {
  it.each([1, 2, 3, 6, 11, 12])('names the changed line %i, whatever was changed in it', (n) => {
    for (const change of [
      (commit: Commit): Commit => ({ ...commit, build: 'other' }),
      (commit: Commit): Commit => ({ ...commit, events: [paid(100, 100)] }),
      (commit: Commit): Commit => ({ ...commit, principal: { name: 'nobody', known: 'signed' } }),
    ]) {
      const changed = forged(n, change);
      const { kind, exitCode, first, tampered } = verify(changed);
      expect([kind, exitCode]).toStrictEqual(['tampered', 1]);
      const original = decodeCommit(lines[n - 1]!);
      expect(first).toStrictEqual({
        fault: 'hash',
        line: n,
        seq: n,
        stream: original.stream,
        version: original.version,
        expected: sha256Hex(lines[n - 1]!),
        seen: sha256Hex(changed[n - 1]!),
      });
      expect(tampered).toHaveLength(1);
    }
  });

  it('names the changed line when its word about the one before was changed', () => {
    const { first, tampered } = verify(forged(5, (commit) => ({ ...commit, prev: '0'.repeat(64) })));
    expect(tampered).toHaveLength(1);
    expect(first).toMatchObject({ fault: 'hash', line: 5, stream: 'till.T1', version: 3 });
  });

  it('sees every single changed byte, and names its line', () => {
    for (let n = 1; n <= lines.length; n++) {
      for (let at = 0; at < lines[n - 1]!.length; at += 3) {
        const changed = lines.map((line) => line.slice());
        changed[n - 1]![at]! ^= 1;
        const { kind, first } = verify(changed);
        expect({ n, at, kind, line: first?.line }).toStrictEqual({ n, at, kind: 'tampered', line: n });
      }
    }
  });

  it('does not take another spelling of the same commit', () => {
    const spaced = new TextEncoder().encode(new TextDecoder().decode(lines[3]).replace('{"build"', '{ "build"'));
    const { first } = verify(lines.map((line, i) => (i === 3 ? spaced : line)));
    expect(first).toMatchObject({ fault: 'not-a-commit', line: 4, seen: 'JSON that is not in canonical form' });
  });

  it('names the place of a removed commit', () => {
    const { kind, first } = verify(without(5));
    expect(kind).toBe('tampered');
    expect(first).toMatchObject({
      fault: 'cause',
      line: 5,
      stream: 'ledger.L1',
      version: 3,
      expected: 'till.T1:3 before this commit',
    });
    expect(verify(without(6)).first).toStrictEqual({
      fault: 'version',
      line: 7,
      seq: 7,
      stream: 'ledger.L1',
      version: 4,
      expected: 'version 3',
      seen: 'version 4',
    });
  });

  it('sees a removed last commit through the seal, and says that it cannot without one', () => {
    const { kind, first } = verify(without(12));
    expect(kind).toBe('tampered');
    const head = seal.streams.find(({ stream }) => stream === 'ledger.L1')!;
    expect(first).toStrictEqual({
      fault: 'missing',
      line: 10,
      seq: 10,
      stream: 'ledger.L1',
      version: 5,
      expected: `commits after this line up to version 6 with hash ${head.hash}`,
      seen: 'version 5 as the last one',
    });
    const unsealed = verifyRun({ lines: without(12), machines: MACHINES });
    expect(unsealed.kind).toBe('ok');
    expect(unsealed.limits[0]).toContain('There is no seal: commits removed from the end');
  });

  it('sees a removed stream through the seal', () => {
    const { first } = verify(without(2, 4, 6, 8, 10, 12));
    expect(first).toMatchObject({ fault: 'missing', line: 0, stream: 'ledger.L1', seen: 'no commit of this stream' });
  });

  it('names the first of two swapped commits of a stream', () => {
    expect(verify(swapped(3, 7)).first).toMatchObject({
      fault: 'version',
      line: 3,
      expected: 'version 2',
      seen: 'version 4',
    });
  });

  it('sees swapped commits of different streams, by what follows from what or by the sealed order', () => {
    expect(verify(swapped(3, 4)).first).toMatchObject({ fault: 'cause', line: 3, stream: 'ledger.L1' });
    const other = verify(swapped(4, 5));
    expect(other.kind).toBe('tampered');
    expect(other.tampered.map(({ fault }) => fault)).toStrictEqual(['order']);
    expect(other.first).toMatchObject({ line: 5, stream: 'ledger.L1', version: 2 });
  });

  it('sees a repeated line, an empty line and an added commit', () => {
    const repeated = [...lines.slice(0, 3), lines[2]!, ...lines.slice(3)];
    expect(verify(repeated).first).toMatchObject({
      fault: 'version',
      line: 4,
      expected: 'version 3',
      seen: 'version 2',
    });
    const empty = [...lines.slice(0, 3), new Uint8Array(0), ...lines.slice(3)];
    expect(verify(empty).first).toMatchObject({ fault: 'not-a-commit', line: 4 });
    const last = decodeCommit(lines[10]!);
    const input = { ...last.input, id: 'p7', amount: 1 } as unknown as TillInput;
    const more = encodeCommit({ ...last, version: 7, prev: sha256Hex(lines[10]!), input, events: [paid(1, 22)] });
    expect(verify([...lines, more]).tampered).toStrictEqual([
      {
        fault: 'unsealed',
        line: 13,
        seq: 13,
        stream: 'till.T1',
        version: 7,
        expected: 'no commit after version 6',
        seen: 'version 7',
      },
    ]);
  });

  it('sees a seal that was changed, or replaced by that of a shortened log', () => {
    const bent = { ...seal, sequences: { ...seal.sequences, count: 11 } };
    expect(verify(lines, bent).first).toMatchObject({ fault: 'seal', expected: `contents with hash ${seal.hash}` });
    const shorter = sealOf(commits.slice(0, 10));
    expect(shorter.hash).toBe(sealHash(shorter));
    const cut = lines.slice(0, 10);
    expect(verify(cut, shorter).kind).toBe('ok');
    const held = verifyRun({ lines: cut, seal: shorter, sealHash: seal.hash, machines: MACHINES });
    expect(held.kind).toBe('tampered');
    expect(held.first).toMatchObject({
      fault: 'seal',
      expected: `the seal with hash ${seal.hash}`,
      seen: `hash ${shorter.hash}`,
    });
  });

  it('counts as tampered with even when it decides differently as well', () => {
    const changed = forged(3, (commit) => ({ ...commit, events: [paid(3, 999)] }));
    const { kind, differenceCount } = verify(changed);
    expect(kind).toBe('tampered');
    expect(differenceCount).toBeGreaterThan(0);
  });

  it('counts sequences from the first of the seal', () => {
    const later = sealOf(commits.map((commit) => ({ ...commit, seq: commit.seq + 100 })));
    expect(verify(lines, later).kind).toBe('ok');
    expect(
      verify(
        forged(5, (commit) => ({ ...commit, build: 'x' })),
        later,
      ).first,
    ).toMatchObject({ line: 5, seq: 105 });
    expect(verify(lines.slice(1), later).first?.line).toBe(1);
  });
});

describe('machines that decide differently', () => {
  const generous: AnyMachine = {
    ...till,
    decide: (state: never, input: TillInput) => {
      const events = till.decide(state, input);
      return input.id === 'p2' || input.id === 'p5' ? [...events, { type: 'PayRefused', reason: 'twice' }] : events;
    },
  } as never;

  it('are told apart from tampering, with every place listed', () => {
    const result = verify(lines, seal, { ...MACHINES, till: generous });
    expect([result.kind, result.exitCode, result.tampered]).toStrictEqual(['decides-differently', 4, []]);
    expect(result.first).toStrictEqual({
      fault: 'decision',
      line: 3,
      seq: 3,
      stream: 'till.T1',
      version: 2,
      expected: '[{"amount":2,"total":3,"type":"Paid"}]',
      seen: '[{"amount":2,"total":3,"type":"Paid"},{"reason":"twice","type":"PayRefused"}]',
    });
    expect(result.differences.map(({ line }) => line)).toStrictEqual([3, 9]);
    expect(result.decided).toBe(10);
  });

  it('are found when they depend on what the record does not hold', () => {
    // A state whose key order matters decides one way in memory and another way once read back.
    const byKeyOrder: AnyMachine = {
      ...till,
      initial: { zebra: 1, total: 0, heaviest: 0, closeAt: 0, closed: false },
      decide: (state: { total: number }, input: TillInput) =>
        Object.keys(state)[0] === 'zebra'
          ? till.decide(state as never, input)
          : [{ type: 'PayRefused', reason: 'order' }],
    } as never;
    const { first } = verify(lines, seal, { ...MACHINES, till: byKeyOrder });
    expect(first).toMatchObject({ fault: 'decision', line: 1 });
    expect(first?.seen).toContain('on the state as read back from its canonical form');
  });

  it('are found when they change their state in place', () => {
    const tally = { n: 0 };
    const impure: AnyMachine = {
      ...till,
      initial: { ...till.initial, tally },
      decide: (state: { tally: { n: number } }, input: TillInput) => {
        const events = till.decide(state as never, input);
        state.tally.n++;
        return state.tally.n > 2 ? [{ type: 'PayRefused', reason: 'enough' }] : events;
      },
    } as never;
    expect(verify(lines, seal, { ...MACHINES, till: impure }).kind).toBe('decides-differently');
  });

  it('are named when they fail, and the rest of the stream is not decided', () => {
    const failing: AnyMachine = {
      ...till,
      decide: (state: never, input: TillInput) => {
        if (input.id === 'p3') throw new Error('out of paper');
        return till.decide(state, input);
      },
    } as never;
    const result = verify(lines, seal, { ...MACHINES, till: failing });
    expect(result.first).toMatchObject({ fault: 'decision', line: 5, seen: 'the machine failed: out of paper' });
    expect(result.undecided).toStrictEqual([{ stream: 'till.T1', commits: 3, reason: 'till failed at version 3' }]);
  });

  it('include a second decision on one input', () => {
    const { commits: twice, seal: sealed } = recordedRun(2, { seenIds: false, repeat: true });
    const result = verifyRun({ lines: linesOf([logBytes(twice)]), seal: sealed, machines: MACHINES });
    expect(result.kind).toBe('decides-differently');
    expect(result.first?.expected).toBe('an answer from version 1, where input p1 was decided');
    const asRun = verifyRun({ lines: linesOf([logBytes(twice)]), seal: sealed, machines: MACHINES, seenIds: false });
    expect(asRun.kind).toBe('ok');
  });
});
