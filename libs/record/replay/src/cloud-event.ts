import { commitText, decodeCommit } from '@rehearsal/kernel';

/** Whose log a commit stands in. */
export interface LogPlace {
  readonly fabric: string;
  readonly run: string;
  readonly site: number;
}

/**
 * A commit as a CloudEvent 1.0 in JSON, without line breaks. `data` is the commit byte for byte, so that its hash can be
 * taken from it. Source and id together are unique: `<stream>:<version>` within `/rehearsal/<fabric>/<run>/site/<n>`. The
 * extensions are `sequence` (of the site's log, as text), `sequencetype` Integer and `partitionkey` (the stream).
 * @param bytes the commit as stored
 * @param seq of the site's log, from 1
 * @throws Error where the bytes are no commit
 */
export function cloudEventOf(bytes: Uint8Array, seq: number, { fabric, run, site }: LogPlace): string {
  const { stream, version, time, input } = decodeCommit(bytes);
  const context = {
    specversion: '1.0',
    id: `${stream}:${version}`,
    source: `/rehearsal/${encodeURIComponent(fabric)}/${encodeURIComponent(run)}/site/${site}`,
    type: `rehearsal.${stream.slice(0, stream.indexOf('.'))}.${input.type}`,
    subject: stream,
    time: new Date(time.ms).toISOString(),
    datacontenttype: 'application/json',
    partitionkey: stream,
    sequence: String(seq),
    sequencetype: 'Integer',
  };
  return `${JSON.stringify(context).slice(0, -1)},"data":${commitText(bytes)}}`;
}
