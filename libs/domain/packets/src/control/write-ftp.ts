import type { TextWriter } from './text-writer.js';

/** Lines of an FTP control connection that announce where a data connection will go (RFC 959, RFC 2428). */
export const FTP_LINE = { port: 0, extendedPort: 1, passive: 2, extendedPassive: 3 } as const;
export type FtpLine = (typeof FTP_LINE)[keyof typeof FTP_LINE];

/**
 * Writes an announcing line to `bytes[at …)`, with its end of line, and answers its length in bytes. `port` and
 * `extendedPort` are the client's, the passive ones the server's replies; `extendedPassive` names no address.
 */
export function writeFtpLine(
  writer: TextWriter,
  bytes: Uint8Array,
  at: number,
  line: FtpLine,
  address: number,
  port: number,
): number {
  writer.open(bytes, at);
  switch (line) {
    case FTP_LINE.port:
      sixNumbers(writer.text('PORT '), address, port).text('\r\n');
      break;
    case FTP_LINE.extendedPort:
      writer.text('EPRT |1|').address(address, '.').text('|').number(port).text('|\r\n');
      break;
    case FTP_LINE.passive:
      sixNumbers(writer.text('227 Entering Passive Mode ('), address, port).text(').\r\n');
      break;
    case FTP_LINE.extendedPassive:
      writer.text('229 Entering Extended Passive Mode (|||').number(port).text('|)\r\n');
      break;
  }
  return writer.finish();
}

function sixNumbers(writer: TextWriter, address: number, port: number): TextWriter {
  return writer
    .address(address, ',')
    .text(',')
    .number(port >>> 8)
    .text(',')
    .number(port & 255);
}
