import type { FlowRecord } from './flow-record.js';

const PASSED: Readonly<Record<'finished' | 'reset', string>> = { finished: 'comes to its end', reset: 'is reset' };

/** What a record says, in words; `name`: of a member by its number. */
export function flowText(record: FlowRecord, name: (member: number) => string): string {
  const { kind, peer, reason, slot, rule, sync, answersBy } = record;
  switch (kind) {
    case 'opened': {
      const anew = record.reopened ? 'begins anew' : 'begins';
      const other = answersBy === null ? '' : `, its answers come in by slot ${answersBy}`;
      return `${anew} in slot ${slot} by rule ${rule}, to be copied: ${sync}${other}`;
    }
    case 'in_step':
      return `${name(peer ?? 0)} has a copy of it`;
    case 'taken_over':
      return peer === null ? 'serves it now; who did is lost' : `serves it now; ${name(peer)} has released it`;
    case 'handed_over':
      return peer === null
        ? `gives it up: nobody serves slot ${slot}`
        : `hands it over to ${name(peer)}${counts(record)}`;
    case 'closed':
      return `it ${PASSED[reason === 'reset' ? 'reset' : 'finished']}${counts(record)}`;
    case 'idle':
      return `its time is up, ${record.state}${counts(record)}`;
    case 'refused':
      return `refuses it: ${reason}${rule < 0 ? '' : `, rule ${rule}`}`;
    case 'lost':
      return `drops what it knows of it: slot ${slot} had no copy in step`;
    case 'abandoned':
      return `ends this life, and forgets it${counts(record)}`;
  }
}

function counts({ packets, bytes, corrected }: FlowRecord): string {
  const handed = corrected === 0 ? '' : `, ${corrected} handed on by others`;
  return ` after ${packets[0]} + ${packets[1]} packets; ${bytes[0]} + ${bytes[1]} bytes here${handed}`;
}

/** The last that was said of a connection that somebody served, else of its refusal; undefined where nothing was. */
export function lastWords(
  records: readonly FlowRecord[],
  name: (member: number) => string,
): { readonly member: string; readonly text: string } | undefined {
  const last = records.findLast(({ kind }) => kind !== 'refused') ?? records.at(-1);
  return last && { member: name(last.member), text: flowText(last, name) };
}
