import { ImportError, MAX_LINE, type Imported } from './findings.js';
import { isAsgStat, readAsgStat } from './read-asg-stat.js';
import { isCpinfo, readCpinfo } from './read-cpinfo.js';
import { isGaiaJson, isSecurityGroupText, readGaiaJson, readSecurityGroupText } from './read-security-group.js';

/**
 * Finds out what a paste is, and reads it.
 * @throws ImportError with file, line and remedy
 */
export function readPaste(text: string, file: string): Imported {
  if (text.trim() === '') throw new ImportError(file, 1, 'It is empty.', 'Paste what the command printed into it.');
  const long = text.split('\n').findIndex((line) => line.length > MAX_LINE);
  if (isGaiaJson(text)) return readGaiaJson(text, file);
  if (text.includes('\0') || long >= 0) {
    throw new ImportError(file, long + 1 || 1, 'It is no text that a command printed.', 'Paste the output as text.');
  }
  if (isAsgStat(text)) return readAsgStat(text, file);
  if (isCpinfo(text)) return readCpinfo(text, file);
  if (isSecurityGroupText(text)) return readSecurityGroupText(text, file);
  throw new ImportError(
    file,
    1,
    'It is none of the outputs that can be read.',
    'Paste asg stat -v, show maestro security-group …, its answer from the Gaia API as JSON, or cpinfo -y all.',
  );
}
