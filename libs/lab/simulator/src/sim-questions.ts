import type { Cancel, Reply } from '@rehearsal/kernel';
import type { SimProcess } from './sim-process.js';
import type { Subscription } from './delivery.js';

/** Carries one question to whoever answers at a subject, and the first answer back. */
export function askSubject(
  asker: SimProcess,
  subject: string,
  body: Uint8Array,
  done: (reply: Reply) => void,
  arm: (run: () => void) => Cancel,
): void {
  const { world } = asker;
  const { network } = world;
  const { incarnation } = asker;
  const epoch = network.epoch;
  let open = true;
  const cancelTimeout = arm(() => {
    if (!open) return;
    open = false;
    done({ kind: 'timeout' });
  });
  const settle = (reply: Reply): void => {
    if (!open) return;
    open = false;
    cancelTimeout();
    done(reply);
  };
  const alive = (): boolean => network.state === 'up' && network.epoch === epoch;
  if (!asker.connected) return;
  const copy = body.slice();

  const answerOf = (subscription: Subscription): void => {
    const answerer = subscription.process;
    if (subscription.incarnation !== answerer.incarnation) return;
    const there = network.passage(asker.index, answerer.index, body.length);
    if (there === undefined) return;
    world.post(
      answerer,
      () =>
        subscription.answer!(copy.slice(), (answer) => {
          const back = answer.slice();
          world.later(answerer.nowUs() + world.delayUs(), () => {
            const way = network.passage(answerer.index, asker.index, back.length);
            if (!alive() || asker.incarnation !== incarnation || way === undefined) return;
            world.post(asker, () => settle({ kind: 'answer', body: back }), way.extraUs, way);
          });
        }),
      there.extraUs,
      there,
    );
  };

  world.later(asker.nowUs() + world.delayUs(), () => {
    if (!alive() || network.isCut(asker.index, world.busIndex)) return;
    const heard = network.subscriptions.heardBy(subject).filter((s) => s.answer !== undefined);
    if (heard.length === 0) {
      if (asker.incarnation === incarnation)
        world.post(asker, () => settle({ kind: 'no-responders' }), world.delayUs());
      return;
    }
    // One of each group, and everyone who answers alone.
    const groups = new Map<string, Subscription[]>();
    for (const s of heard) {
      if (s.group === undefined) answerOf(s);
      else groups.set(s.group, [...(groups.get(s.group) ?? []), s]);
    }
    for (const group of groups.values()) answerOf(group[world.faultRng.int(group.length)]!);
  });
}
