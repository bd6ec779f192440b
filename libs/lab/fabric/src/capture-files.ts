import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';

/** Files of a folder that are taken for captures; any other is left alone. */
const CAPTURE = /\.(pcap|pcapng|cap)$/i;

/**
 * The captures a path stands for: the file itself, or all of a folder in the order of their names, without
 * its subfolders. @throws LabError (bad input) where there is none
 */
export function captureFiles(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a capture that is there.');
  }
  if (!isFolder) return [path];
  const names = readdirSync(path)
    .filter((name) => CAPTURE.test(name) && statSync(join(path, name)).isFile())
    .sort();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new LabError('bad-input', `The folder ${path} has no captures.`, 'Put *.pcap, *.pcapng or *.cap files there.');
}

/** Plans name captures by their file alone. @throws LabError (bad input) where two have one name */
export function checkCaptureNames(files: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const file of files) {
    const name = basename(file);
    const other = seen.get(name);
    if (other !== undefined && other !== file) {
      throw new LabError('bad-input', `Two captures are called ${name}: ${other} and ${file}.`, 'Rename one of them.');
    }
    seen.set(name, file);
  }
}
