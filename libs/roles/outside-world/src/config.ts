import type { Settings } from '@rehearsal/kernel';
import type { CaptureLimits, CaptureSink } from '@rehearsal/traffic';

export interface OutsideWorldConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  readonly members: readonly { readonly id: string; readonly weight: number }[];
  readonly orchestrators: readonly string[];
  /** Hash of the machine code; nothing is decided here, so it is only reported. */
  readonly build: string;
  /** Capture files (pcap, pcapng) by the name plans use for them. */
  readonly captures?: Readonly<Record<string, Uint8Array>>;
  /** Where every packet it sends is captured with what became of it, and up to which limits; absent: nowhere. */
  readonly packetCapture?: { readonly limits: CaptureLimits; readonly sink: CaptureSink };
}
