/**
 * Names of the parts of a fabric. A member or an orchestrator is `<site>_<number>` (`1_03`, `1_1`),
 * a place in a site's log `<site>:<sequence>` (`1:412`).
 */
export const ROLES = [
  'orchestrator',
  'member',
  'sync',
  'outside-world',
  'upgrade-conductor',
  'archive',
  'lab',
] as const;
export type RoleName = (typeof ROLES)[number];

/** One word of a subject: no dots, spaces or wildcards, so that no name can reach another's subjects. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Returns `word`; throws a RangeError naming `what` when it cannot stand in a subject. */
export function subjectWord(what: string, word: string): string {
  if (!WORD.test(word)) {
    throw new RangeError(
      `${what} ${JSON.stringify(word)}: expected letters, digits, "_" and "-" only, starting with a letter or digit`,
    );
  }
  return word;
}

/** Id of a member: `1_03` for site 1, member 3. */
export function memberId(site: number, number: number): string {
  return `${site}_${String(number).padStart(2, '0')}`;
}

/** Site and number of `1_03` or `1_1`; undefined when it is no such id. */
export function parseNodeId(id: string): { site: number; number: number } | undefined {
  const parts = /^([1-9]\d*)_(\d+)$/.exec(id);
  return parts ? { site: Number(parts[1]), number: Number(parts[2]) } : undefined;
}

/** A place in a site's log: `1:412`. */
export function logPlace(site: number, seq: number): string {
  return `${site}:${seq}`;
}

/** Kind and id of a stream `<kind>.<id>`; throws a RangeError when it is none. */
export function parseStream(stream: string): { kind: string; id: string } {
  const dot = stream.indexOf('.');
  if (dot < 0) throw new RangeError(`stream ${JSON.stringify(stream)}: expected <kind>.<id>, as in security-group.SG1`);
  return {
    kind: subjectWord('kind of a stream', stream.slice(0, dot)),
    id: subjectWord('id of a stream', stream.slice(dot + 1)),
  };
}
