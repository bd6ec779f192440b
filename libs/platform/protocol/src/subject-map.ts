import { ROLES, parseStream, subjectWord } from './ids.js';
import type { RoleName } from './ids.js';

/**
 * Every subject of a fabric, who may publish there and who may subscribe. Grants, the bus server's
 * permissions and their tests all come from this table; a subject that is not here cannot be used.
 */
export interface SubjectRow {
  readonly id: string;
  /** Below `<fabric>.`; `{own}` is the id of the role that receives there, `{id}` any id. */
  readonly template: string;
  /** Roles that may publish at any subject of the template. */
  readonly publishers: readonly RoleName[];
  /** Roles that may subscribe: at their own id where the template says `{own}`, else at any. */
  readonly subscribers: readonly RoleName[];
  readonly about: string;
}

export const SUBJECT_MAP: readonly SubjectRow[] = [
  {
    id: 'data-orchestrator',
    template: 'data.orchestrator.{own}',
    publishers: ['orchestrator', 'member', 'sync', 'outside-world'],
    subscribers: ['orchestrator'],
    about: 'packet frames, answers and heartbeats to an orchestrator',
  },
  {
    id: 'data-member',
    template: 'data.member.{own}',
    publishers: ['orchestrator', 'member', 'sync'],
    subscribers: ['member'],
    about: 'batches, sync deltas and heartbeats to a Security Group member',
  },
  {
    id: 'data-sync',
    template: 'data.sync.{own}',
    publishers: ['orchestrator', 'member'],
    subscribers: ['sync'],
    about: 'reports of members to the sync coordinator',
  },
  {
    id: 'data-outside',
    template: 'data.outside',
    publishers: ['orchestrator'],
    subscribers: ['outside-world'],
    about: 'packets that left the fabric, and what became of those that did not',
  },
  {
    id: 'input-security-group',
    template: 'cmd.security-group.{id}',
    publishers: ['member', 'sync', 'upgrade-conductor', 'lab'],
    subscribers: ['orchestrator'],
    about: 'inputs to the security-group machine, shared by the orchestrators of a site',
  },
  {
    id: 'input-security-group-all',
    template: 'cmd.security-group.{id}.all',
    publishers: ['member', 'sync', 'upgrade-conductor', 'lab'],
    subscribers: ['orchestrator'],
    about: 'the same to each of them, where the one asked first did not answer',
  },
  {
    id: 'input-hypersync',
    template: 'cmd.hypersync.{id}',
    publishers: ['sync', 'lab'],
    subscribers: ['sync'],
    about: 'inputs to the hypersync machine',
  },
  {
    id: 'input-hypersync-all',
    template: 'cmd.hypersync.{id}.all',
    publishers: ['sync', 'lab'],
    subscribers: ['sync'],
    about: 'the same again, where it was not answered',
  },
  {
    id: 'input-software',
    template: 'cmd.software.{id}',
    publishers: ['member', 'orchestrator', 'sync', 'upgrade-conductor', 'lab'],
    subscribers: ['upgrade-conductor'],
    about: 'what appliances, the group and operators say of software',
  },
  {
    id: 'input-software-all',
    template: 'cmd.software.{id}.all',
    publishers: ['member', 'orchestrator', 'sync', 'upgrade-conductor', 'lab'],
    subscribers: ['upgrade-conductor'],
    about: 'the same again, where it was not answered',
  },
  {
    id: 'input-upgrade',
    template: 'cmd.upgrade.{id}',
    publishers: ['upgrade-conductor', 'lab'],
    subscribers: ['upgrade-conductor'],
    about: 'inputs to the upgrade machine',
  },
  {
    id: 'input-upgrade-all',
    template: 'cmd.upgrade.{id}.all',
    publishers: ['upgrade-conductor', 'lab'],
    subscribers: ['upgrade-conductor'],
    about: 'the same again, where it was not answered',
  },
  {
    id: 'probe-outside',
    template: 'probe.outside',
    publishers: ['upgrade-conductor'],
    subscribers: ['outside-world'],
    about: 'how applications fare through the fabric, asked by whoever changes it',
  },
  {
    id: 'copied-sync',
    template: 'sync.copied.{id}',
    publishers: ['member'],
    subscribers: ['sync'],
    about: 'copies that a member has received in full, to the sync coordinator of its group',
  },
  {
    id: 'progress-sync',
    template: 'sync.progress.{id}',
    publishers: ['member'],
    subscribers: ['sync'],
    about: 'how far a copy under way has come',
  },
  {
    id: 'config-member',
    template: 'cfg.member.{own}',
    publishers: ['member'],
    subscribers: ['member'],
    about: 'policy and configuration, asked from the SMO by a member that starts',
  },
  {
    id: 'flow-records',
    template: 'flow.{id}',
    publishers: ['member'],
    subscribers: [],
    about: 'what a member reports of its connections; a bounded stream of the site keeps it',
  },
  ...(['orchestrator', 'member', 'sync', 'outside-world', 'upgrade-conductor', 'archive'] as const).map((role) => ({
    id: `control-${role}`,
    template: `ctl.${role}.{own}`,
    publishers: ['lab'] as const,
    subscribers: [role],
    about: `commands to the role ${role}`,
  })),
];

/**
 * What a role may do with its site's log: append to a kind of stream, read all, share a kind's work queue, keep its place
 * at the server as the archive. With `flows` it may read what members report of connections.
 */
export type LogRight = 'read' | 'archive' | 'flows' | `append:${string}` | `work:${string}`;

export const LOG_RIGHTS: Readonly<Record<RoleName, readonly LogRight[]>> = {
  orchestrator: ['append:security-group', 'read'],
  member: ['read'],
  sync: ['append:hypersync', 'work:security-group', 'work:hypersync', 'read'],
  'outside-world': [],
  'upgrade-conductor': ['append:software', 'append:upgrade', 'work:upgrade', 'read'],
  archive: ['archive', 'read', 'flows'],
  lab: ['append:run', 'read', 'flows'],
};

/** Every kind of stream that some role may append to or work on. */
export const STREAM_KINDS: readonly string[] = [
  ...new Set(
    ROLES.flatMap((role) => LOG_RIGHTS[role].filter((r) => r.includes(':')).map((r) => r.slice(r.indexOf(':') + 1))),
  ),
];

export interface Grants {
  readonly role: RoleName;
  readonly id: string;
  readonly site: number;
  readonly fabric: string;
  /** Full subjects, wildcards allowed. */
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly log: readonly LogRight[];
  /** Answers come back below this prefix, which only this user may read. */
  readonly inboxPrefix: string;
  /** Where it may publish its answers: in the inboxes of who may ask it, and there only to what was asked of it. */
  readonly answers: readonly string[];
}

/** The grants of one role's user. Throws a RangeError when a name cannot stand in a subject. */
export function grantsFor(role: RoleName, id: string, site: number, fabric: string): Grants {
  subjectWord('fabric', fabric);
  subjectWord(`id of ${role}`, id);
  const publish: string[] = [];
  const subscribe: string[] = [];
  const answers: string[] = [];
  for (const row of SUBJECT_MAP) {
    if (row.publishers.includes(role)) publish.push(`${fabric}.${fill(row.template, '*')}`);
    if (!row.subscribers.includes(role)) continue;
    const at = fill(row.template, id);
    subscribe.push(`${fabric}.${at}`);
    // Frames are not answered.
    if (row.template.startsWith('data.')) continue;
    for (const asker of row.publishers) answers.push(answerSubject(`${inboxOf(fabric, asker, '*')}.*`, '*', at));
  }
  const inboxPrefix = inboxOf(fabric, role, id);
  subscribe.push(`${inboxPrefix}.>`);
  return { role, id, site, fabric, publish, subscribe, log: LOG_RIGHTS[role], inboxPrefix, answers };
}

function inboxOf(fabric: string, role: RoleName, id: string): string {
  return `_INBOX.${fabric}.${role}.${id}`;
}

/**
 * Where the answer to one question goes, in the inbox of a process. It names what was asked at, below `<fabric>.`, so that
 * the server lets nobody answer but who is asked there. (The server's own way, to allow one answer for each question,
 * keeps an entry for every message that names a place for answers, as each delivery of the log does, and looks all of
 * them through at each.)
 */
export function answerSubject(inbox: string, question: string, at: string): string {
  return `${inbox}.${question}.${at}`;
}

function fill(template: string, own: string): string {
  return template.replace('{own}', own).replace('{id}', '*');
}

/** Where a role hears commands (`Role.command`): below `<fabric>.`. */
export function controlSubject(role: RoleName, id: string): string {
  return `ctl.${role}.${id}`;
}

/** Where the outside world answers for its applications: below `<fabric>.`. */
export const PROBE_SUBJECT = 'probe.outside';

/** Where a member answers for policy and configuration: below `<fabric>.`. */
export function configSubject(memberId: string): string {
  return `cfg.member.${memberId}`;
}

/** Where a member reports what happens to its connections: below `<fabric>.`. */
export function flowSubject(memberId: string): string {
  return `flow.${memberId}`;
}

/** What all subjects of flow records start with, the last dot included. */
export function flowPrefix(fabric: string): string {
  return `${fabric}.flow.`;
}

/** Name of the server-side stream that keeps a site's flow records. */
export function flowStreamName(fabric: string, site: number): string {
  return `${fabric}_FLOWS_${site}`;
}

/** Where the sync coordinator of a group hears of finished copies: below `<fabric>.`. */
export function copiedSubject(group: string): string {
  return `sync.copied.${group}`;
}

/** Where it hears how far copies have come: below `<fabric>.`. */
export function progressSubject(group: string): string {
  return `sync.progress.${group}`;
}

/** Full subject of the commits of a stream; throws a RangeError when `stream` is not `<kind>.<id>`. */
export function logSubject(fabric: string, site: number, stream: string): string {
  const { kind, id } = parseStream(stream);
  return `${logPrefix(fabric, site)}${kind}.${id}`;
}

/** What all log subjects of a site start with, the last dot included. */
export function logPrefix(fabric: string, site: number): string {
  return `${fabric}.log.${site}.`;
}

/** Name of the server-side stream that stores a site's log. */
export function logStreamName(fabric: string, site: number): string {
  return `${fabric}_LOG_${site}`;
}
