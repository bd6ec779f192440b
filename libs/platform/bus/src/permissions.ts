import { STREAM_KINDS, flowPrefix, flowStreamName, logPrefix, logStreamName } from '@rehearsal/protocol';
import type { Grants, LogRight } from '@rehearsal/protocol';

/** What the bus server checks for one user, in the server's own words. */
export interface Permissions {
  readonly publish: { readonly allow: readonly string[]; readonly deny?: readonly string[] };
  readonly subscribe: { readonly allow: readonly string[] };
}

/** Name of the durable consumer that hands out one kind's commits, each to one of many processes. */
export function workConsumerName(kind: string): string {
  return `work-${kind}`;
}

/** Name of the durable consumer that brings the whole log to the archive. */
export const ARCHIVE_CONSUMER = 'archive';

/** Turns grants into server permissions; log rights become the JetStream subjects they need, no more. */
export function permissionsFor(grants: Grants): Permissions {
  const stream = logStreamName(grants.fabric, grants.site);
  const prefix = logPrefix(grants.fabric, grants.site);
  const subjectsOf = (right: LogRight): string[] =>
    right === 'flows'
      ? subjectsOfReading(flowStreamName(grants.fabric, grants.site), flowPrefix(grants.fabric))
      : subjectsOfRight(right, stream, prefix);
  const allow = [...grants.publish, ...grants.answers, ...grants.log.flatMap(subjectsOf)];
  // Whoever may create a consumer to read with may not thereby touch one that keeps the place of others.
  const deny = grants.log.includes('read')
    ? [
        ...STREAM_KINDS.filter((kind) => !grants.log.includes(`work:${kind}`)).map(workConsumerName),
        ...(grants.log.includes('archive') ? [] : [ARCHIVE_CONSUMER]),
      ].map((consumer) => `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.>`)
    : [];
  return {
    publish: deny.length > 0 ? { allow, deny } : { allow },
    subscribe: { allow: grants.subscribe },
  };
}

function subjectsOfRight(right: Exclude<LogRight, 'flows'>, stream: string, prefix: string): string[] {
  if (right === 'read') return subjectsOfReading(stream, prefix);
  if (right === 'archive') {
    return [
      `$JS.API.CONSUMER.DELETE.${stream}.${ARCHIVE_CONSUMER}`,
      ...subjectsOfConsumer(stream, ARCHIVE_CONSUMER, `${prefix}>`),
    ];
  }
  const kind = right.slice(right.indexOf(':') + 1);
  if (right.startsWith('append:')) return [`${prefix}${kind}.*`];
  return subjectsOfConsumer(stream, workConsumerName(kind), `${prefix}${kind}.*`);
}

function subjectsOfReading(stream: string, prefix: string): string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.*.${prefix}>`,
    `$JS.FC.${stream}.>`,
  ];
}

function subjectsOfConsumer(stream: string, consumer: string, filter: string): string[] {
  return [
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.${filter}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.>`,
  ];
}
