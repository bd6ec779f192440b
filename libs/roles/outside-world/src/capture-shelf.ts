import type { Recording } from '@rehearsal/traffic';
import { readRecording } from '@rehearsal/traffic';

/** The captures that were given, each read when a plan first names it. */
export class CaptureShelf {
  private readonly files: Readonly<Record<string, Uint8Array>>;
  private readonly read = new Map<string, Recording>();

  constructor(files: Readonly<Record<string, Uint8Array>>) {
    this.files = files;
  }

  /** Throws RangeError for a name that is not there, CaptureError for a file that cannot be used. */
  recording(name: string): Recording {
    const known = this.read.get(name);
    if (known !== undefined) return known;
    const bytes = Object.hasOwn(this.files, name) ? this.files[name] : undefined;
    if (bytes === undefined) {
      const names = Object.keys(this.files).join(', ') || 'none';
      throw new RangeError(`traffic plan at captures: there is no capture ${name}; given are: ${names}`);
    }
    const recording = readRecording(name, bytes);
    this.read.set(name, recording);
    return recording;
  }
}
