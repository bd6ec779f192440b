import type { Event } from '@rehearsal/kernel';
import { commitText, parseCommit } from '@rehearsal/kernel';

/** What places a commit in the log and in time, and ties it to others. */
export interface CommitHead {
  readonly stream: string;
  readonly version: number;
  /** Its time, ms since the epoch. */
  readonly atMs: number;
  /** `stream:version` of the commit that it follows from. */
  readonly cause: string | undefined;
}

/** More than stream, time and version need at the end of a commit, and build and cause at its begin. */
const END_BYTES = 256;
const BEGIN_BYTES = 320;

/*
 * Canonical JSON has its keys in order, so what is asked for stands at both ends of the text. Between quotes there is
 * no bare quote, and no brace closes in between: what matches here is the commit's own.
 */
const END = /"stream":"([^"\\]+)","time":\{"count":\d{1,9},"ms":(\d{1,15})\},"version":(\d{1,15})\}$/;
const BEGIN = /^\{"build":"[^"\\]*",(?:"cause":"([^"\\]*)",)?"events":\[/;

/** Reads the head of a stored commit, mostly without reading all of it. @throws CommitFormatError */
export function headOf(line: Uint8Array): CommitHead {
  const end = END.exec(latin1(line, Math.max(0, line.length - END_BYTES), line.length));
  const begin = BEGIN.exec(latin1(line, 0, Math.min(line.length, BEGIN_BYTES)));
  if (end === null || begin === null || !isAscii(end[1]!) || !isAscii(begin[1] ?? '')) {
    const { stream, version, time, cause } = parseCommit(commitText(line));
    return { stream, version, atMs: time.ms, cause };
  }
  return { stream: end[1]!, version: Number(end[3]), atMs: Number(end[2]), cause: begin[1] };
}

const EVENTS = '"events":[';
const AFTER_EVENTS = '],"id":"';

/**
 * Reads only the events of a stored commit. They end at the first list that is followed by an id; where that one is
 * within an event, a brace stays open, and the whole commit is read.
 * @throws CommitFormatError
 */
export function eventsOf(line: Uint8Array): readonly Event[] {
  const text = commitText(line);
  const from = text.indexOf(EVENTS) + EVENTS.length - 1;
  const to = text.indexOf(AFTER_EVENTS, from) + 1;
  if (BEGIN.test(text) && to > from) {
    try {
      return JSON.parse(text.slice(from, to)) as readonly Event[];
    } catch {
      return parseCommit(text).events;
    }
  }
  return parseCommit(text).events;
}

const decoder = new TextDecoder('latin1');

/** Bytes above ASCII are not to be read like this, and are told apart by `isAscii`. */
function latin1(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7e) return false;
  return true;
}
