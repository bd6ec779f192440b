import type { Seal, StoredCommit } from '@rehearsal/kernel';
import { commitIds, createDecider, LogFollower, sealOf } from '@rehearsal/kernel';
import { IntentSender, serveInputs } from '@rehearsal/kernel';
import { ledger, pay, SmallWorld, till } from '@rehearsal/kernel/testing';

/**
 * A log as deciders make it: `payments` commits of `till.T1`, each followed by the one of `ledger.L1`
 * that it led to. `repeat` submits each payment twice.
 */
export function recordedRun(
  payments: number,
  options: { readonly seenIds?: boolean; readonly repeat?: boolean } = {},
): { readonly commits: readonly StoredCommit[]; readonly seal: Seal } {
  const world = new SmallWorld();
  const { runtime } = world.process('shop', '1_1');
  const follower = new LogFollower(runtime);
  const shared = {
    build: 'b',
    settings: { 'log.seenIds': options.seenIds ?? true },
    newCommitId: commitIds(runtime.self),
  };
  const shop = createDecider(runtime, follower, { ...shared, machine: till, stream: 'till.T1' });
  const books = createDecider(runtime, follower, { ...shared, machine: ledger, stream: 'ledger.L1' });
  follower.start(() => {
    serveInputs(runtime, books);
    new IntentSender(runtime, till as never).start();
  });
  for (let n = 1; n <= payments; n++) {
    for (let time = 0; time < (options.repeat === true ? 2 : 1); time++) {
      shop.submit(pay(`p${n}`, n), undefined, undefined, () => {});
      world.time.advance(100);
    }
  }
  return { commits: world.store.commits(), seal: sealOf(world.store.commits()) };
}
