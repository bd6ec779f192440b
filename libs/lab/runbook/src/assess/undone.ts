import type { SecurityGroupState } from '@rehearsal/security-group';
import { isFit } from '@rehearsal/security-group';
import type { SoftwareState } from '@rehearsal/software';
import { sameSoftware, softwareText } from '@rehearsal/software';
import type { Undone } from './rules.js';

export interface EndOfProcedure {
  readonly began: { readonly group: SecurityGroupState; readonly software: SoftwareState };
  readonly group: SecurityGroupState;
  readonly software: SoftwareState;
  /** Something was kept before anything was installed. */
  readonly backedUp: boolean;
  readonly installed: boolean;
}

/** What a procedure has left as it should not be left, with what would put it right. */
export function undoneAtEnd({ began, group, software, backedUp, installed }: EndOfProcedure): Undone[] {
  const undone: Undone[] = [];
  const standby = group.members.filter((m) => m.admin === 'down').map((m) => m.id);
  if (standby.length > 0) {
    undone.push({
      rule: 'group-standby',
      what: `${standby.join(', ')} ${are(standby)} still taken down`,
      remedy: `set cluster members-admin-state ids ${standby.join(',')} up`,
    });
  }
  const away = group.members.filter((m) => m.admin === 'up' && !isFit(m)).map((m) => m.id);
  if (away.length > 0) {
    undone.push({
      rule: 'member-not-active',
      what: `${away.join(', ')} ${are(away)} not active`,
      remedy: 'asg stat -v',
    });
  }
  if (began.group.autoClone === 'on' && group.autoClone === 'off') {
    undone.push({
      rule: 'cloning-not-restored',
      what: 'image cloning was on before and is off now',
      remedy: 'set smo image auto-clone state on',
    });
  }
  const members = software.appliances.filter((a) => a.role === 'member');
  const [first] = members;
  const other = members.find((m) => first !== undefined && !sameSoftware(m.runs, first.runs));
  if (first !== undefined && other !== undefined) {
    undone.push({
      rule: 'mixed-takes',
      what: `${first.id} runs ${softwareText(first.runs)} and ${other.id} ${softwareText(other.runs)}`,
      remedy: `installer install 1 member_ids ${other.id}`,
    });
  }
  for (const { id, failure } of members.filter((m) => m.failure !== '')) {
    undone.push({ rule: 'install-failed', what: `on ${id}: ${failure}`, remedy: 'show installer packages installed' });
  }
  if (installed && !backedUp) {
    undone.push({
      rule: 'no-backup',
      what: 'nothing was kept before software was changed',
      remedy: 'add backup local',
    });
  }
  return undone;
}

const are = (ids: readonly string[]): string => (ids.length === 1 ? 'is' : 'are');
