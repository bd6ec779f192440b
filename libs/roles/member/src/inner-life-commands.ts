import type { Command, CommandReply } from '@rehearsal/kernel';
import { askInput, principalOf } from '@rehearsal/kernel';
import { DISTRIBUTIONS, type SecurityGroupEvent } from '@rehearsal/security-group';
import type { InnerLife, InnerLifeHost } from './inner-life.js';
import type { PnoteState } from './inner-life-pnotes.js';
import { PNOTE_STATES } from './inner-life-pnotes.js';

const DECIDED_WITHIN_MS = 10_000;

type Args = Readonly<Record<string, unknown>>;
type Done = (reply: CommandReply) => void;

/** Carries out a command that concerns the inner life of a member; false when it is none of these. */
export function carryOut(life: InnerLife, host: InnerLifeHost, command: Command, done: Done): boolean {
  const { args } = command;
  switch (command.name) {
    case 'admin':
      setAdmin(host, command, done);
      return true;
    case 'cpstop':
      answer(life.cpstop(), done);
      return true;
    case 'cpstart':
      answer(life.cpstart(), done);
      return true;
    case 'fwk-crash':
      answer(life.crash('told to'), done);
      return true;
    case 'cpu':
      answer(burden(life, args), done);
      return true;
    case 'memory-leak':
      answer(leak(life, args), done);
      return true;
    case 'pnote':
      answer(pnote(life, args), done);
      return true;
    case 'auto-clone':
      setAutoClone(host, command, done);
      return true;
    case 'distribution':
      setDistribution(host, command, done);
      return true;
    case 'freeze':
      freeze(host, command, done);
      return true;
    case 'policy-fails':
      life.install.breakNext(typeof args['reason'] === 'string' ? args['reason'] : 'no space left in /var/log');
      answer(undefined, done);
      return true;
    case 'policy-install':
      installPolicy(life, command, done);
      return true;
    default:
      return false;
  }
}

function burden(life: InnerLife, args: Args): string | undefined {
  const busy = whole(args['busyUsPerPacket']);
  const forMs = args['forMs'] === undefined ? 0 : whole(args['forMs']);
  if (busy === undefined || forMs === undefined) return 'cpu needs busyUsPerPacket, and forMs in ms';
  life.load.burden(busy, forMs);
  return undefined;
}

function leak(life: InnerLife, args: Args): string | undefined {
  const kbPerSec = whole(args['kbPerSec']);
  const limitKb = whole(args['limitKb']);
  if (!kbPerSec || !limitKb) return 'memory-leak needs kbPerSec and limitKb, both above 0';
  life.memory.start(kbPerSec, limitKb);
  return undefined;
}

function pnote(life: InnerLife, args: Args): string | undefined {
  const { name, state } = args;
  const timeoutSec = args['timeoutSec'] === undefined ? 0 : whole(args['timeoutSec']);
  if (typeof name !== 'string' || name === '' || name.length > 64 || timeoutSec === undefined) {
    return 'pnote needs a name of up to 64 letters, and timeoutSec in s';
  }
  if (!PNOTE_STATES.includes(state as PnoteState)) {
    return `pnote needs state ok, init or problem, not ${String(state)}`;
  }
  life.devices.report(name, state as PnoteState, timeoutSec);
  return undefined;
}

function setAdmin(host: InnerLifeHost, command: Command, done: Done): void {
  const { state, force } = command.args;
  const member = command.args['member'] ?? host.rt.self.id;
  if (state !== 'up' && state !== 'down') return answer(`admin needs state up or down, not ${String(state)}`, done);
  const forced = force === true ? { force } : {};
  decide(host, command, { type: 'setAdmin', member, state, ...forced, ...whyOf(command.args) }, done);
}

function setAutoClone(host: InnerLifeHost, command: Command, done: Done): void {
  const { state } = command.args;
  if (state !== 'on' && state !== 'off') return answer(`auto-clone needs state on or off, not ${String(state)}`, done);
  decide(host, command, { type: 'setAutoClone', state, ...whyOf(command.args) }, done);
}

function setDistribution(host: InnerLifeHost, command: Command, done: Done): void {
  const { distribution } = command.args;
  const modes = DISTRIBUTIONS.get(String(distribution));
  if (modes === undefined) {
    return answer(`distribution needs ${[...DISTRIBUTIONS.keys()].join(' or ')}, not ${String(distribution)}`, done);
  }
  decide(host, command, { type: 'setDistribution', ...modes, ...whyOf(command.args) }, done);
}

function freeze(host: InnerLifeHost, command: Command, done: Done): void {
  const forMs = whole(command.args['forMs']);
  if (!forMs) return answer('freeze needs forMs in ms, above 0', done);
  decide(host, command, { type: 'freeze', forMs }, done);
}

function installPolicy(life: InnerLife, command: Command, done: Done): void {
  const { policy = life.install.last, release } = command.args;
  if (release !== undefined && typeof release !== 'string') {
    return answer(`policy-install needs a release such as R81.20, not ${JSON.stringify(release)}`, done);
  }
  const request = { policy, release, principal: principalOf(command.args), id: command.id };
  life.requests.install(request, (reply) => done(reply.ok ? { ok: true, body: { hash: reply.hash } } : reply));
}

/** A command to the group: the answer is what was decided. */
function decide(host: InnerLifeHost, command: Command, told: Args & { readonly type: string }, done: Done): void {
  const { rt, stream } = host;
  const input = {
    ...told,
    id: `${command.name}.${rt.self.id}.${rt.self.incarnation}.${command.id}`,
    at: Math.floor(rt.nowMs()),
    from: 'command' as const,
  };
  const request = { input, principal: principalOf(command.args) };
  askInput(rt, stream, request, { withinMs: DECIDED_WITHIN_MS }, (reply) => {
    if (reply.kind === 'failed' || reply.kind === 'rejected') return answer(reply.reason, done);
    const events = reply.kind === 'ignored' ? [] : (reply.commit.events as readonly SecurityGroupEvent[]);
    const refused = events.find((event) => event.type === 'AdminRefused' || event.type === 'DistributionRefused');
    if (refused !== undefined) return answer(refused.reason, done);
    const ignored = events.find(
      (event) =>
        event.type === 'AdminIgnored' || event.type === 'AutoCloneIgnored' || event.type === 'DistributionIgnored',
    );
    done({ ok: true, body: ignored === undefined ? {} : { ignored: ignored.reason } });
  });
}

/** What the operator gave as reason, where one was given. */
function whyOf({ why }: Args): { readonly why?: string } {
  return typeof why === 'string' && why !== '' ? { why } : {};
}

/** `problem`: what is wrong, in words. */
function answer(problem: string | undefined, done: Done): void {
  done(problem === undefined ? { ok: true, body: {} } : { ok: false, reason: problem });
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
