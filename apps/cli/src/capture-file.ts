import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import type { CaptureSink } from '@rehearsal/traffic';

/** The packet capture of a simulated run: virtual time stands still while its file is written. Replaces the file. */
export function captureFile(path: string): CaptureSink {
  const told = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      const what = `The packet capture cannot be written to ${path}: ${reasonOf(error)}.`;
      throw new LabError('environment', what, 'Make room for it, or lower --capture-max-bytes.');
    }
  };
  let heldBytes = 0;
  const file = told(() => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'w');
  });
  const write = (words: Int32Array): boolean => {
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    told(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
    heldBytes += bytes.length;
    return true;
  };
  let isOpen = true;
  return {
    get heldBytes() {
      return heldBytes;
    },
    write,
    end(words, done) {
      write(words);
      if (isOpen) closeSync(file);
      isOpen = false;
      done();
    },
  };
}
