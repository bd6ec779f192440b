import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ApplianceSoftware } from '@rehearsal/appliance';
import { MachineView, resolveSettings } from '@rehearsal/kernel';
import type { MemberSoftwareParts } from './member-software.js';
import { MemberSoftware } from './member-software.js';

const T99 = { release: 'R81.20', take: 99 };
const T118 = { release: 'R81.20', take: 118 };

/** A member's software that has read the log, which says what `image` says. */
function softwareWith(image: () => typeof T99 | undefined) {
  jest.spyOn(ApplianceSoftware.prototype, 'image', 'get').mockImplementation(image);
  jest.spyOn(ApplianceSoftware.prototype, 'isHeld', 'get').mockReturnValue(false);
  const asked = jest.spyOn(ApplianceSoftware.prototype, 'askForClone').mockReturnValue();
  const comeUp = jest.fn();
  const parts = {
    rt: { note: () => {}, self: { id: '1_02' } },
    follower: { add: () => {}, caughtUp: true },
    config: { securityGroup: 'SG1', settings: resolveSettings('vendor') },
    inner: { isDown: false },
    bear: () => {},
    autoClone: () => 'on' as const,
    comeUp,
  } as unknown as MemberSoftwareParts;
  return { software: new MemberSoftware(parts), asked, comeUp };
}

describe('a member that comes up', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('takes the image of the SMO where it has just booted another and image cloning is on', () => {
    const { software, asked } = softwareWith(() => T99);
    expect(software.holdsBack('1_01', T118)).toBe(true);
    expect(asked.mock.calls).toEqual([['1_01', T118]]);
  });

  it('compares images once in each start: who is taken down and up has not booted', () => {
    const { software } = softwareWith(() => T99);
    expect([T99, T118].map((image) => software.holdsBack('1_01', image))).toEqual([false, false]);
  });

  it('waits until the log says what it runs, since nobody knows before that beside whom it may serve', () => {
    const listeners: ((commit: { readonly events: readonly never[] }) => void)[] = [];
    jest.spyOn(MachineView.prototype, 'onCommit').mockImplementation((listener) => {
      listeners.push(listener as unknown as (typeof listeners)[number]);
    });
    const runs: { image?: typeof T99 } = {};
    const { software, comeUp } = softwareWith(() => runs.image);
    const told = (): void => {
      for (const listener of listeners) listener({ events: [] });
    };
    expect(software.holdsBack('own copy', undefined)).toBe(true);
    told();
    expect(comeUp).not.toHaveBeenCalled();
    runs.image = T99;
    told();
    told();
    expect(comeUp).toHaveBeenCalledTimes(1);
    expect(software.holdsBack('own copy', undefined)).toBe(false);
  });
});
