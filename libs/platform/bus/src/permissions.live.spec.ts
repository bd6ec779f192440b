import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { errors } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  LOG_RIGHTS,
  ROLES,
  SUBJECT_MAP,
  flowPrefix,
  flowStreamName,
  logPrefix,
  logStreamName,
} from '@rehearsal/protocol';
import type { LogRight, RoleName } from '@rehearsal/protocol';
import { FABRIC, SITE, TestBus, USERS } from './test-support.js';

// Real servers: what takes a moment on a free machine takes seconds on a loaded one.
jest.setTimeout(30_000);

const STREAM = logStreamName(FABRIC, SITE);
const PREFIX = logPrefix(FABRIC, SITE);
const FLOWS = flowStreamName(FABRIC, SITE);
const OTHER_ID = '1_09';
/** Granted to nobody. */
const LAST = 'nobody.may';

/** What the log server offers, and the right each needs; undefined: nobody may. */
const LOG_SUBJECTS: readonly (readonly [subject: string, right: LogRight | undefined])[] = [
  ...(['security-group', 'hypersync', 'run'] as const).map(
    (kind) => [`${PREFIX}${kind}.X1`, `append:${kind}`] as const,
  ),
  [`${PREFIX}upgrade.X1`, undefined],
  [`${FABRIC}.log.2.security-group.X1`, undefined],
  [`$JS.API.STREAM.INFO.${STREAM}`, 'read'],
  [`$JS.API.DIRECT.GET.${STREAM}`, 'read'],
  [`$JS.API.CONSUMER.CREATE.${STREAM}.anyone.${PREFIX}>`, 'read'],
  [`$JS.API.CONSUMER.CREATE.${STREAM}.anyone.${PREFIX}run.*`, 'read'],
  ...(['security-group', 'hypersync'] as const).flatMap((kind) => [
    [`$JS.API.CONSUMER.CREATE.${STREAM}.work-${kind}.${PREFIX}${kind}.*`, `work:${kind}`] as const,
    [`$JS.API.CONSUMER.MSG.NEXT.${STREAM}.work-${kind}`, `work:${kind}`] as const,
    [`$JS.ACK.${STREAM}.work-${kind}.1.1.1.1.0`, `work:${kind}`] as const,
  ]),
  [`$JS.API.CONSUMER.CREATE.${STREAM}.archive.${PREFIX}>`, 'archive'],
  [`$JS.API.CONSUMER.MSG.NEXT.${STREAM}.archive`, 'archive'],
  [`$JS.API.CONSUMER.DELETE.${STREAM}.archive`, 'archive'],
  [`$JS.ACK.${STREAM}.archive.1.1.1.1.0`, 'archive'],
  [`$JS.API.STREAM.INFO.${FLOWS}`, 'flows'],
  [`$JS.API.CONSUMER.CREATE.${FLOWS}.anyone.${flowPrefix(FABRIC)}>`, 'flows'],
  [`$JS.API.STREAM.DELETE.${FLOWS}`, undefined],
  [`$JS.API.STREAM.PURGE.${FLOWS}`, undefined],
  [`$JS.API.STREAM.CREATE.${STREAM}`, undefined],
  [`$JS.API.STREAM.UPDATE.${STREAM}`, undefined],
  [`$JS.API.STREAM.DELETE.${STREAM}`, undefined],
  [`$JS.API.STREAM.PURGE.${STREAM}`, undefined],
  [`$JS.API.STREAM.MSG.DELETE.${STREAM}`, undefined],
  [`$JS.API.STREAM.MSG.GET.${STREAM}`, undefined],
  [`$JS.API.STREAM.NAMES`, undefined],
  [`$JS.API.CONSUMER.DELETE.${STREAM}.work-security-group`, undefined],
  [`$JS.API.CONSUMER.MSG.NEXT.${STREAM}.anyone`, undefined],
  [`$SYS.REQ.USER.INFO`, undefined],
];

describe('the bus server', () => {
  let bus: TestBus;
  beforeAll(async () => {
    bus = await TestBus.start();
  });
  afterAll(() => bus.close());

  it.each(USERS.map((user) => [`${user.role} ${user.id}`, user] as const))(
    'lets %s use what the map grants it, and nothing else',
    async (_name, { role, id }) => {
      const connection = await bus.raw(role, id);
      const refused = watchRefusals(connection);
      const expected: string[] = [];
      for (const { operation, subject, allowed } of [
        ...mapAttempts(role, id),
        ...logAttempts(role),
        ...others(role, id),
      ]) {
        if (!allowed) expected.push(`${operation} ${subject}`);
        if (operation === 'publish') connection.publish(subject);
        else connection.subscribe(subject, { callback: () => undefined });
      }
      connection.publish(LAST);
      expect([...(await refused)].sort()).toEqual(expected.sort());
      expect(expected.length).toBeGreaterThan(20);
    },
  );

  it('refuses who has no key of this fabric', async () => {
    const other = await TestBus.start({ users: [{ role: 'lab', id: 'lab' }] });
    try {
      const stranger = other.runtime('lab', 'lab', { natsUrl: bus.server.url });
      await expect(stranger).rejects.toThrow(/no connection to the bus .* as lab lab: .*Authorization Violation/i);
    } finally {
      await other.close();
    }
  });
});

interface Attempt {
  readonly operation: 'publish' | 'subscription';
  readonly subject: string;
  readonly allowed: boolean;
}

/** Every row of the map, at the role's own id and at another's. */
function mapAttempts(role: RoleName, id: string): Attempt[] {
  return SUBJECT_MAP.flatMap((row) => {
    const own = row.template.includes('{own}');
    const below = (word: string): string => row.template.replace('{own}', word).replace('{id}', word);
    const at = (word: string): string => `${FABRIC}.${below(word)}`;
    const answer = (asker: RoleName, word: string): string => `_INBOX.${FABRIC}.${asker}.x.y.1.${below(word)}`;
    const isAsked = (asker: RoleName): boolean =>
      !row.template.startsWith('data.') && row.publishers.includes(asker) && row.subscribers.includes(role);
    const publishes = row.publishers.includes(role);
    const subscribes = row.subscribers.includes(role);
    const attempts: Attempt[] = [
      { operation: 'publish', subject: at(id), allowed: publishes },
      { operation: 'subscription', subject: at(id), allowed: subscribes },
      // Answers go only to who may ask, and only to what is asked of this role.
      ...ROLES.map((asker) => ({
        operation: 'publish' as const,
        subject: answer(asker, id),
        allowed: isAsked(asker),
      })),
    ];
    if (at(OTHER_ID) !== at(id)) {
      attempts.push(
        ...ROLES.map((asker) => ({
          operation: 'publish' as const,
          subject: answer(asker, OTHER_ID),
          allowed: isAsked(asker) && !own,
        })),
      );
      attempts.push(
        { operation: 'publish', subject: at(OTHER_ID), allowed: publishes },
        { operation: 'subscription', subject: at(OTHER_ID), allowed: subscribes && !own },
      );
    }
    return attempts;
  });
}

function logAttempts(role: RoleName): Attempt[] {
  const rights = LOG_RIGHTS[role];
  return LOG_SUBJECTS.flatMap(([subject, right]): Attempt[] => [
    { operation: 'publish', subject, allowed: right !== undefined && rights.includes(right) },
    // Commits are learned by following the log, never from the bus: a rejected append is published too.
    { operation: 'subscription', subject, allowed: false },
  ]);
}

function others(role: RoleName, id: string): Attempt[] {
  return [
    { operation: 'subscription', subject: `_INBOX.${FABRIC}.${role}.${id}.x`, allowed: true },
    { operation: 'subscription', subject: `_INBOX.${FABRIC}.${role}.${OTHER_ID}.x`, allowed: false },
    { operation: 'subscription', subject: '_INBOX.>', allowed: false },
    { operation: 'subscription', subject: '>', allowed: false },
    { operation: 'subscription', subject: `${FABRIC}.data.>`, allowed: false },
    { operation: 'publish', subject: `_INBOX.${FABRIC}.lab.lab.x`, allowed: false },
    { operation: 'publish', subject: `_INBOX.${FABRIC}.lab.lab.x.1`, allowed: false },
    { operation: 'publish', subject: 'another.data.member.1_01', allowed: false },
  ];
}

/** Refusals as the server words them, up to that of `LAST`: it answers in turn. */
async function watchRefusals(connection: NatsConnection): Promise<Set<string>> {
  const refused = new Set<string>();
  for await (const status of connection.status()) {
    if (status.type !== 'error' || !(status.error instanceof errors.PermissionViolationError)) continue;
    if (status.error.subject === LAST) break;
    refused.add(`${status.error.operation} ${status.error.subject}`);
  }
  return refused;
}
