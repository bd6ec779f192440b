import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  AuditFormatError,
  checkBundle,
  faultText,
  logFaults,
  proveCommit,
  proveGrowth,
  readBundle,
  readCheckpoint,
  readSigner,
  readVerifier,
  signatureFaults,
  signCheckpoint,
  treesOf,
  type AuditFault,
  type Bundle,
  type Checkpoint,
} from '../index.js';
import { checkpointAt, commitsOf, logOf, SIGNER, source, STRANGER, VERIFIER } from '../testing/small-run.js';

const commits = commitsOf(13);
const log = await logOf(source(commits));
const [five, nine, thirteen] = await Promise.all([5, 9, 13].map((size) => checkpointAt(commits, size)));

const placed = (sequence: number) => ({ site: 1, sequence, bytes: commits[sequence - 1]! });
const bundleOf = (sequence: number, checkpoint = nine!, since: Checkpoint | undefined = five) =>
  proveCommit(log, placed(sequence), checkpoint, since);
const overTheWire = (bundle: Bundle): Bundle => readBundle(JSON.stringify(bundle));
const names = (faults: readonly AuditFault[]): string[] => faults.map(({ fault }) => fault);

/** The log as somebody wrote it anew: one amount is another, and every hash after it fits again. */
const forgedCommits = commits.map((bytes, i) =>
  i === 2 ? new TextEncoder().encode(new TextDecoder().decode(bytes).replace('"amount":3', '"amount":4')) : bytes,
);

describe('a bundle', () => {
  it('proves a commit unaltered to who holds the key and an earlier checkpoint, with nothing else', () => {
    for (let sequence = 1; sequence <= 5; sequence++) {
      const bundle = overTheWire(bundleOf(sequence));
      const { kind, faults, limits, commit } = checkBundle({ bundle, verifier: VERIFIER, since: five });
      expect([kind, faults, commit?.version]).toEqual(['unaltered', [], sequence]);
      expect(limits).toEqual(['That the recorded inputs are complete and true is not shown by the log itself.']);
      expect(new TextEncoder().encode(bundle.commit)).toEqual(commits[sequence - 1]);
      expect(bundle.verifierKeyName).toBe(`rehearsal+${SIGNER.id}`);
    }
  });

  it.each([
    [{ verifier: VERIFIER }, ['No earlier checkpoint was given']],
    [{ since: five }, ['No key was given']],
    [{}, ['No key was given', 'No earlier checkpoint was given']],
  ])('proves nothing without both: %#', (held, missing) => {
    const { kind, limits } = checkBundle({ bundle: overTheWire(bundleOf(3)), ...held });
    expect(kind).toBe('consistent');
    expect(limits.map((l) => l.split(':')[0])).toEqual([...missing, expect.any(String)]);
  });

  it('does not prove a commit unaltered since a time before it', () => {
    const { kind, limits } = checkBundle({ bundle: bundleOf(6), verifier: VERIFIER, since: five });
    expect(kind).toBe('consistent');
    expect(limits[0]).toMatch(/^The commit came after the earlier checkpoint of 5 commits/);
  });

  it('proves it since the very checkpoint it was proven by', () => {
    const held = { verifier: VERIFIER, since: nine! };
    expect(checkBundle({ bundle: bundleOf(9, nine, nine), ...held }).kind).toBe('unaltered');
    expect(checkBundle({ bundle: bundleOf(9, nine, undefined), ...held }).kind).toBe('unaltered');
  });

  it('needs a proof of growth from the checkpoint that is held', () => {
    const check = (bundle: Bundle) => () => checkBundle({ bundle, since: five });
    expect(check(proveCommit(log, placed(3), nine!))).toThrow(
      'expected a bundle with a consistency proof from the checkpoint of 5 commits, saw one without any',
    );
    expect(check(bundleOf(3, thirteen, nine))).toThrow('saw one from 9 commits');
  });

  it('is not made for a commit that the checkpoint does not cover', () => {
    expect(() => bundleOf(10)).toThrow('expected a commit among the first 9 of site 1, saw 10');
  });

  it('is found out where the holder of the key wrote the log anew', async () => {
    const anew = await logOf(source(forgedCommits));
    const signed = signCheckpoint(anew.origin, treesOf(anew), SIGNER);
    const bundle = proveCommit(anew, { site: 1, sequence: 3, bytes: forgedCommits[2]! }, signed, five);
    // Whoever has only the key sees nothing, and is told so.
    expect(checkBundle({ bundle, verifier: VERIFIER }).kind).toBe('consistent');
    const { kind, faults } = checkBundle({ bundle, verifier: VERIFIER, since: five });
    expect([kind, names(faults)]).toEqual(['altered', ['consistency']]);
    expect(faultText(faults[0]!)).toMatch(
      /^consistency: expected a proof that leads from root \S+ over 5 commits of site 1 to root \S+ over 13, saw one (from|to) root \S+$/,
    );
  });

  it('names a tree that became smaller, another log, and another key', async () => {
    const bundle = bundleOf(3, five, undefined);
    const smaller = checkBundle({ bundle, verifier: VERIFIER, since: nine });
    expect(smaller.faults.map(faultText)).toEqual([
      'size: expected at least 9 commits of site 1, which the checkpoint covers, saw 5 in the checkpoint of 5 commits of the bundle',
    ]);
    const elsewhere = signCheckpoint('rehearsal/branch/other/1', treesOf(log), SIGNER);
    expect(checkBundle({ bundle, verifier: VERIFIER, since: elsewhere }).faults.map(faultText)).toEqual([
      'origin: expected a checkpoint of rehearsal/branch/panic-lossless-sim-7/1, saw one of rehearsal/branch/other/1',
    ]);
    const other = readVerifier(STRANGER.verifierKey);
    expect(checkBundle({ bundle, verifier: other, since: five }).faults.map(faultText)).toEqual(
      ['5', '5'].map(
        (n) =>
          `signature: expected the checkpoint of ${n} commits to be signed by rehearsal+${other.id}, saw a signature by rehearsal+${SIGNER.id} and none by that key`,
      ),
    );
    const split = await logOf(source(forgedCommits.slice(0, 5)));
    const twin = signCheckpoint(split.origin, treesOf(split), SIGNER);
    expect(names(checkBundle({ bundle, verifier: VERIFIER, since: twin }).faults)).toEqual(['root']);
  });

  it('names a proof of another commit, one too short, and one beyond the tree', () => {
    const bundle = bundleOf(3);
    const wrong = (change: Partial<Bundle>): string[] =>
      checkBundle({ bundle: { ...bundle, ...change } }).faults.map(faultText);
    expect(wrong({ commit: bundleOf(4).commit })).toEqual([
      expect.stringMatching(
        /^inclusion: expected a proof that leads from commit 1:3 to root \S+ over 9 commits, saw one to root/,
      ),
    ]);
    expect(wrong({ inclusionProof: bundle.inclusionProof.slice(1) })[0]).toMatch(/saw a proof that fits no tree/);
    expect(wrong({ leafIndex: 9 })).toEqual([
      'inclusion: expected the checkpoint of 9 commits to cover commit 1:10, saw 9 commits of site 1',
    ]);
    expect(names(checkBundle({ bundle: { ...bundle, commit: '{}' } }).faults)).toEqual(['commit', 'inclusion']);
  });

  it('is refused with a hash that is none', () => {
    const bundle = bundleOf(3);
    for (const none of ['', 'AAAA', `${'A'.repeat(43)}+`, `${'A'.repeat(42)}B=`]) {
      const changed = { ...bundle, inclusionProof: [none, ...bundle.inclusionProof.slice(1)] };
      expect(() => checkBundle({ bundle: changed })).toThrow('expected a hash of 32 bytes in base64');
    }
  });

  it('proves nothing with any character of it changed', () => {
    const text = JSON.stringify(bundleOf(3));
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        if (changed === text) return;
        let kind: string;
        try {
          kind = checkBundle({ bundle: readBundle(changed), verifier: VERIFIER, since: five }).kind;
        } catch (error) {
          expect(error).toBeInstanceOf(AuditFormatError);
          return;
        }
        expect(kind).toBe('altered');
      }),
      { numRuns: 1500 },
    );
  });
});

describe('a log beside a checkpoint', () => {
  it('fits where it begins with what was covered', () => {
    expect([five, nine, thirteen].flatMap((checkpoint) => logFaults(log, checkpoint!))).toEqual([]);
  });

  it('is named where it was cut, changed, swapped, or is another', async () => {
    const faultsOf = async (changed: readonly Uint8Array[]) =>
      names(logFaults(await logOf(source(changed)), nine!)).join();
    const [a, b, ...rest] = commits;
    expect(await faultsOf(commits.slice(0, 8))).toBe('size');
    expect(await faultsOf(forgedCommits)).toBe('root');
    expect(await faultsOf([b!, a!, ...rest])).toBe('root');
    expect(await faultsOf([a!, ...rest])).toBe('root');
    expect(await faultsOf([...commits.slice(0, 9), ...forgedCommits.slice(9)])).toBe('');
    expect(names(logFaults({ ...log, origin: 'rehearsal/branch/other/1' }, nine!))).toEqual(['origin']);
  });

  it('is not signed for by a forged checkpoint', () => {
    const forged = readCheckpoint(nine!.signedText.replace('\n9\n', '\n8\n'));
    expect(signatureFaults(forged, VERIFIER).map(faultText)).toEqual([
      `signature: expected the checkpoint of 8 commits to be signed by rehearsal+${SIGNER.id}, saw a signature that is not of this text by this key`,
    ]);
    const strange = signCheckpoint(log.origin, treesOf(log), readSigner(STRANGER.privateKey));
    expect(names(signatureFaults(strange, VERIFIER))).toEqual(['signature']);
  });
});

describe('two checkpoints', () => {
  it('are proven to be of one log that grew', () => {
    const { faults, proofs } = proveGrowth(log, five!, thirteen!);
    expect(faults).toEqual([]);
    expect(proofs).toEqual([{ site: 1, from: 5, to: 13, proof: log.trees.get(1)!.consistencyProof(5, 13) }]);
    expect(proveGrowth(log, nine!, nine!)).toEqual({ faults: [], proofs: [{ site: 1, from: 9, to: 9, proof: [] }] });
  });

  it('are named where the log was written anew between them, or cut, or is not theirs', async () => {
    const anew = await logOf(source(forgedCommits));
    const later = signCheckpoint(anew.origin, treesOf(anew), SIGNER);
    expect(names(proveGrowth(anew, five!, later).faults)).toEqual(['root']);
    expect(names(proveGrowth(log, five!, later).faults)).toEqual(['root']);
    expect(names(proveGrowth(await logOf(source(commits.slice(0, 7))), five!, nine!).faults)).toEqual(['size']);
    expect(names(proveGrowth(log, nine!, five!).faults)).toEqual(['size']);
    const other = signCheckpoint('rehearsal/branch/other/1', treesOf(log), SIGNER);
    expect(names(proveGrowth(log, five!, other).faults)).toEqual(['origin']);
  });
});

describe('a run of two sites', () => {
  it('has one checkpoint, and each site is proven by its own tree', async () => {
    const north = commitsOf(7, 1);
    const south = commitsOf(6, 2);
    const at = async (n: number, s: number) => {
      const both = await logOf(source(north.slice(0, n)), source(south.slice(0, s), 2));
      return { both, signed: signCheckpoint(both.origin, treesOf(both), SIGNER) };
    };
    const earlier = await at(3, 4);
    const later = await at(7, 6);
    const commit = { site: 2, sequence: 4, bytes: south[3]! };
    const bundle = overTheWire(proveCommit(later.both, commit, later.signed, earlier.signed));
    const held = { verifier: VERIFIER, since: earlier.signed };
    expect(checkBundle({ bundle, ...held })).toMatchObject({ kind: 'unaltered', faults: [] });
    expect(checkBundle({ bundle: { ...bundle, site: 1 }, ...held }).kind).toBe('altered');
    // Neither tree may shrink, not even while the other one grows.
    const cut = await at(7, 3);
    const shrunk = proveCommit(cut.both, { site: 1, sequence: 2, bytes: north[1]! }, cut.signed);
    expect(() => checkBundle({ bundle: shrunk, ...held })).toThrow('expected a bundle with a consistency proof');
    const proven = { ...shrunk, since: [{ site: 1, size: 3, consistencyProof: bundle.since[0]!.consistencyProof }] };
    expect(names(checkBundle({ bundle: proven, ...held }).faults)).toEqual(['size']);
    expect(names(proveGrowth(cut.both, earlier.signed, cut.signed).faults)).toEqual(['size', 'size']);
    expect(names(logFaults(await logOf(source(north)), earlier.signed))).toEqual(['size']);
  });
});
