import type { Cancel, Runtime } from '@rehearsal/kernel';
import { pnoteMask } from '@rehearsal/security-group';

export const PNOTE_STATES = ['ok', 'init', 'problem'] as const;
export type PnoteState = (typeof PNOTE_STATES)[number];

interface Device {
  state: PnoteState;
  timeoutSec: number;
  timer: Cancel | undefined;
  reportedAtMs: number;
}

/**
 * The critical devices of a member and what they last reported. A device that reports nothing for its
 * timeout has a problem; without a timeout its last word stays (fidelity: F-PNOTE-DOWN).
 */
export class CriticalDevices {
  private readonly devices = new Map<string, Device>();
  private readonly rt: Pick<Runtime, 'after' | 'note' | 'nowMs'>;
  private readonly onChange: () => void;

  constructor(rt: Pick<Runtime, 'after' | 'note' | 'nowMs'>, onChange: () => void) {
    this.rt = rt;
    this.onChange = onChange;
  }

  /** `timeoutSec` 0: none. */
  report(name: string, state: PnoteState, timeoutSec = 0): void {
    const before = this.devices.get(name);
    before?.timer?.();
    const device: Device = { state, timeoutSec, timer: undefined, reportedAtMs: this.rt.nowMs() };
    this.devices.set(name, device);
    if (timeoutSec > 0 && state !== 'problem') {
      device.timer = this.rt.after(timeoutSec * 1000, () => {
        this.rt.note('warn', 'pnote_missed', { name, timeoutSec });
        device.state = 'problem';
        device.timer = undefined;
        this.onChange();
      });
    }
    if ((before?.state ?? 'ok') === state) return;
    this.rt.note(state === 'ok' ? 'info' : 'warn', 'pnote', { name, state });
    this.onChange();
  }

  /** Names of the devices that keep the member from being active, sorted; `init` does as `problem` does. */
  problems(): string[] {
    const names: string[] = [];
    for (const [name, { state }] of this.devices) if (state !== 'ok') names.push(name);
    return names.sort();
  }

  get mask(): number {
    return pnoteMask(this.problems());
  }

  list(): readonly {
    readonly name: string;
    readonly state: PnoteState;
    readonly timeoutSec: number;
    readonly reportedAtMs: number;
  }[] {
    return [...this.devices].map(([name, { state, timeoutSec, reportedAtMs }]) => ({
      name,
      state,
      timeoutSec,
      reportedAtMs: Math.floor(reportedAtMs),
    }));
  }

  stop(): void {
    for (const { timer } of this.devices.values()) timer?.();
  }
}
