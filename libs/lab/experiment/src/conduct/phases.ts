import type { Lab } from '@rehearsal/lab-port';
import { counted } from '@rehearsal/lab-port/plain-words';
import type { Traffic } from './traffic.js';

type Say = (line: string) => void;

const SETTLE_WITHIN_MS = 60_000;
/** Each member that joins has slots moved to it one after the other, and where the log is slow each move waits for it. */
const SETTLE_WITHIN_MS_A_MEMBER = 10_000;
const LOOK_EVERY_MS = 250;
const SAY_EVERY_MS = 2_000;
const DRAIN_WITHIN_MS = 20_000;

/** Starts a fabric and waits until all members are active, every slot has its backup and nothing moves. */
export async function bringUp(lab: Lab, say: Say): Promise<void> {
  const { fabric, profile, securityGroup, orchestrators } = lab.plan;
  say(
    `starting fabric ${fabric} (${profile}): ${counted(orchestrators.length, 'orchestrator')}, ${counted(securityGroup.members.length, 'member')}`,
  );
  await lab.up();
  const members = securityGroup.members.length;
  const withinMs = Math.max(SETTLE_WITHIN_MS, members * SETTLE_WITHIN_MS_A_MEMBER);
  await lab.waitUntil({ name: 'members-active', until: { equals: members } }, withinMs);
  await lab.waitUntil({ name: 'balanced', until: { equals: true } }, withinMs);
  if (members > 1) await lab.waitUntil({ name: 'exposed-slots', until: { equals: 0 } }, withinMs);
  say(`${counted(members, 'member')} active, every slot has its backup`);
}

/** Waits for traffic to end by itself, which it does after a number of packets; then for the last account. */
export async function awaitTrafficEnd(lab: Lab, traffic: Traffic, timeoutMs: number, say: Say): Promise<void> {
  const deadlineMs = lab.nowMs() + timeoutMs;
  let saidAtMs = lab.nowMs();
  for (;;) {
    const status = await traffic.status();
    if (status.state !== 'RUNNING') break;
    if (lab.nowMs() >= deadlineMs) {
      say(`traffic has not ended after ${Math.round(timeoutMs / 1000)} s; it is drained`);
      break;
    }
    if (lab.nowMs() - saidAtMs >= SAY_EVERY_MS) {
      saidAtMs = lab.nowMs();
      say(`traffic runs: ${status.connections} connections open`);
    }
    await lab.waitMs(LOOK_EVERY_MS);
  }
  await traffic.drain(DRAIN_WITHIN_MS);
}
