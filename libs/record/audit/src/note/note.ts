import { readBase64, toBase64 } from './base64.js';
import { AuditFormatError } from './format-error.js';
import { isKeyName, isPlainText, keyTitle, type Signer, type Verifier } from './keys.js';

/*
 * C2SP signed-note: a text that ends in a line feed, an empty line, and signatures of a line each,
 * `— name base64(id, signature)`.
 */

const DASH = '\u2014 ';
const ID_LEN_BYTES = 4;
const MOST_SIGNATURES = 100;

/** A line below a note. */
export interface NoteSignature {
  readonly name: string;
  /** Eight hex digits. */
  readonly id: string;
  readonly signature: Uint8Array;
}

export interface Note {
  /** What is signed, its last line feed with it. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Reads a note; its signatures are not checked. @throws AuditFormatError */
export function readNote(note: string): Note {
  if (!isPlainText(note)) throw new AuditFormatError('expected a note in UTF-8 without control characters');
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || end + 2 === note.length) {
    throw new AuditFormatError('expected a note: a text, an empty line, and lines with signatures');
  }
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new AuditFormatError(`expected at most ${MOST_SIGNATURES} signatures`);
  return { text: note.slice(0, end + 1), signatures: lines.map(readSignature) };
}

function readSignature(line: string): NoteSignature {
  const [name = '', coded = '', ...more] = line.startsWith(DASH) ? line.slice(DASH.length).split(' ') : [];
  const bytes = readBase64(coded);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= ID_LEN_BYTES || more.length > 0) {
    throw new AuditFormatError(`expected a signature (${DASH}name base64), saw ${JSON.stringify(line)}`);
  }
  const id = Buffer.from(bytes.subarray(0, ID_LEN_BYTES)).toString('hex');
  return { name, id, signature: bytes.subarray(ID_LEN_BYTES) };
}

/** Signs a text. @throws AuditFormatError for one that no note can have */
export function signNote(text: string, signer: Signer): string {
  const id = Buffer.from(signer.id, 'hex');
  const signature = toBase64(Buffer.concat([id, signer.sign(new TextEncoder().encode(text))]));
  const note = `${text}\n${DASH}${signer.name} ${signature}\n`;
  if (readNote(note).text !== text) throw new AuditFormatError('expected a text that ends in a line feed');
  return note;
}

/** What a key says of a note; `unsigned`: it signed nothing there. */
export type NoteVerdict = 'signed' | 'unsigned' | 'forged';

/** Whether a note carries a good signature by the key. Those of other keys count for nothing; a bad one spoils the note. */
export function judgeNote({ text, signatures }: Note, verifier: Verifier): NoteVerdict {
  const own = signatures.filter(({ name, id }) => name === verifier.name && id === verifier.id);
  if (own.length === 0) return 'unsigned';
  const message = new TextEncoder().encode(text);
  return own.every(({ signature }) => verifier.verify(message, signature)) ? 'signed' : 'forged';
}

/** Who signed, as the note says. */
export function signersOf({ signatures }: Note): string {
  return signatures.map(keyTitle).join(', ');
}
