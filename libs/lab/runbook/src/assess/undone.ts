import type { Member, SecurityGroupState } from '@rehearsal/security-group';
import { isDetached, isFit } from '@rehearsal/security-group';
import type { SoftwareState } from '@rehearsal/software';
import { compareSoftware, membersOf, rankOf, sameSoftware, softwareText } from '@rehearsal/software';
import type { Undone } from './rules.js';
import type { Speech } from './speech.js';

export interface EndOfProcedure {
  readonly began: { readonly group: SecurityGroupState; readonly software: SoftwareState };
  readonly group: SecurityGroupState;
  readonly software: SoftwareState;
  /** Image cloning was on at some time. */
  readonly cloned: boolean;
  /** Members that took the image of the SMO after something was installed on them, and which. */
  readonly wentBack: ReadonlyMap<string, string>;
  /** Something was kept before anything was installed. */
  readonly backedUp: boolean;
  readonly installed: boolean;
  /** Members whose policy is not that of the SMO. */
  readonly otherPolicy: readonly string[];
  readonly speech: Speech;
}

/** What a procedure has left as it should not be left, with what would put it right. */
export function undoneAtEnd(end: EndOfProcedure): Undone[] {
  return [
    ...standby(end),
    ...notActive(end),
    ...cloningLost(end),
    ...mixedTakes(end),
    ...wentBack(end),
    ...failures(end),
    ...policies(end),
    ...backups(end),
  ];
}

const inOrder = (commands: readonly string[]): string => commands.join('; ');
const are = (ids: readonly string[]): string => `${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'}`;

function standby({ group, speech }: EndOfProcedure): Undone[] {
  const ids = group.members.filter((m) => m.admin === 'down').map((m) => m.id);
  if (ids.length === 0) return [];
  return [{ rule: 'group-standby', what: `${are(ids)} still taken down`, remedy: inOrder(speech.admin(ids, 'up')) }];
}

function notActive({ group, software }: EndOfProcedure): Undone[] {
  const away = group.members.filter((m) => m.admin === 'up' && !isFit(m) && !isDetached(m));
  if (away.length === 0) return [];
  const what = `${are(away.map((m) => m.id))} not active`;
  const remedies = new Set(away.map((m) => comesBack(m, software)));
  return [{ rule: 'member-not-active', what, remedy: inOrder([...remedies]) }];
}

/** What brings a member back that the operator wants to serve. */
function comesBack({ id, status, problems }: Member, software: SoftwareState): string {
  const members = membersOf(software);
  const own = members.find((m) => m.id === id);
  const [newest] = [...members].sort((a, b) => rankOf(b.runs.release) - rankOf(a.runs.release));
  const isMixed = members.some((m) => m.runs.release !== newest?.runs.release);
  if (own?.held === true || (isMixed && status === 'out' && own?.runs.release === newest?.runs.release)) {
    return `ssh ${newest?.id ?? id}; sp_upgrade${isMixed ? '' : ' --continue'}; exit`;
  }
  return `ssh ${id}; ${status === 'active' && problems.length > 0 ? 'cphaprob -l list' : 'cpstart'}; exit`;
}

function cloningLost({ began, group, cloned, speech }: EndOfProcedure): Undone[] {
  if (group.autoClone === 'on' || !(began.group.autoClone === 'on' || cloned)) return [];
  return [{ rule: 'cloning-not-restored', what: 'image cloning was on and is off now', remedy: speech.cloning('on') }];
}

function mixedTakes({ software, speech }: EndOfProcedure): Undone[] {
  const members = membersOf(software);
  const [newest] = [...members].sort((a, b) => compareSoftware(b.runs, a.runs));
  const behind = members.filter((m) => newest !== undefined && !sameSoftware(m.runs, newest.runs));
  const [other] = behind;
  if (newest === undefined || other === undefined) return [];
  const { runs } = newest;
  const at = software.packages.findIndex((p) => p.release === runs.release && p.take === runs.take);
  const isUpgrade = other.runs.release !== runs.release;
  const kind = isUpgrade ? 'upgrade' : 'install';
  // The number of an upgrade's image is its own; that of the software it leads to has no take yet.
  const found = at < 0 ? software.packages.findLastIndex((p) => p.release === runs.release) : at;
  const file = software.packages[found];
  const ids = behind.map((m) => m.id);
  const of = { number: Math.max(found, 0) + 1, file: file?.file ?? '', kind };
  const commands = speech
    .parts(ids, members.length)
    .flatMap((part) => [...speech.admin(part, 'down'), ...speech.install(part, of), ...speech.admin(part, 'up')]);
  const what = `${newest.id} runs ${softwareText(runs)} and ${other.id} ${softwareText(other.runs)}`;
  return [{ rule: 'mixed-takes', what, remedy: inOrder(commands) }];
}

function wentBack({ wentBack: back, speech }: EndOfProcedure): Undone[] {
  const [first] = back.values();
  if (first === undefined) return [];
  const what = `${[...back.keys()].sort().join(', ')} took the image of the SMO and ${back.size === 1 ? 'runs' : 'run'} ${first} again`;
  return [{ rule: 'install-undone', what, remedy: speech.cloning('off') }];
}

function failures({ software }: EndOfProcedure): Undone[] {
  return membersOf(software)
    .filter((m) => m.failure !== '')
    .map(({ id, failure }) => ({
      rule: 'install-failed',
      what: `on ${id}: ${failure}`,
      remedy: 'show installer packages installed',
    }));
}

function policies({ otherPolicy }: EndOfProcedure): Undone[] {
  if (otherPolicy.length === 0) return [];
  const what = `${otherPolicy.join(', ')} ${otherPolicy.length === 1 ? 'has' : 'have'} another policy than the SMO`;
  return [{ rule: 'policy-differs', what, remedy: 'asg_policy verify' }];
}

function backups({ installed, backedUp, speech }: EndOfProcedure): Undone[] {
  if (!installed || backedUp) return [];
  return [{ rule: 'no-backup', what: 'nothing was kept before software was changed', remedy: speech.backup() }];
}
