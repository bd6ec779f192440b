import type { Runtime } from '@rehearsal/kernel';
import { PacketCapture } from '@rehearsal/traffic';
import type { OutsideWorldConfig } from './config.js';

/** The packet capture of this process: hands on what was captured from time to time, and says what it is short of. */
export class Capturing {
  readonly packets: PacketCapture;
  private readonly rt: Runtime;
  private readonly limits: NonNullable<OutsideWorldConfig['packetCapture']>['limits'];
  private saidFull = false;
  private saidShort = false;

  constructor(rt: Runtime, { limits, sink }: NonNullable<OutsideWorldConfig['packetCapture']>) {
    this.rt = rt;
    this.limits = limits;
    this.packets = new PacketCapture(limits, sink, rt.nowMs());
  }

  /** To be called now and then, so that what was captured is in its file when the process ends without a word. */
  round(): void {
    this.packets.flush(this.rt.nowMs());
    const { full, packets, lostPackets, lostFates } = this.packets;
    if (full !== undefined && !this.saidFull) {
      this.saidFull = true;
      this.rt.note('warn', 'packet_capture_full', { limit: full, packets, ...this.limits });
    }
    if (lostPackets + lostFates > 0 && !this.saidShort) {
      this.saidShort = true;
      this.rt.note('warn', 'packet_capture_too_slow', { lostPackets, lostFates });
    }
  }

  end(done: () => void): void {
    this.packets.end(this.rt.nowMs(), done);
  }
}
