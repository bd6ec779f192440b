import { describe, expect, it } from '@jest/globals';
import type { Lab } from '@rehearsal/lab-port';
import type { SoftwareOrder } from '@rehearsal/operator';
import { putOrders } from './put-orders.js';

const line = (text: string) => [{ text, basis: 'field' as const }];
const order = (type: string): SoftwareOrder => ({
  input: { type },
  principal: { name: 'Ann Lee', known: 'asserted' },
  after: (events) => line(`${type}: ${events.length}`),
  refused: (reason) => line(`${type}: ${reason}`),
});

/** A lab whose conductor answers so, one order after the other. */
function labOf(...replies: unknown[]) {
  const told: unknown[] = [];
  const faults: string[] = [];
  const command = async (target: unknown, { args }: { args: unknown }) => {
    told.push([target, args]);
    return replies.shift();
  };
  const at = {
    lab: { command } as unknown as Lab,
    name: 'x',
    run: 'r',
    beforeFault: async (fault: string) => void faults.push(fault),
  };
  return { at, told, faults };
}

describe('orders to the upgrade conductor', () => {
  it('go there with who gave them, and say that members will leave before they do', async () => {
    const { at, told, faults } = labOf({ ok: true, body: { events: [{ type: 'WorkBegun' }] } }, { ok: true });
    expect(await putOrders(at, [order('verifyPackage'), order('installPackage')], ['installer', 'install'])).toEqual({
      lines: [...line('verifyPackage: 1'), ...line('installPackage: 0')],
      refused: false,
    });
    const principal = { name: 'Ann Lee', known: 'asserted' };
    expect(told[0]).toEqual([
      { role: 'upgrade-conductor', id: '1' },
      { input: { type: 'verifyPackage' }, principal },
    ]);
    expect(faults).toEqual(['installer install']);
  });

  it('end with the first that is refused, wholly or for some', async () => {
    const refused = labOf({ ok: false, reason: 'busy' });
    expect(await putOrders(refused.at, [order('a'), order('b')], [])).toEqual({
      lines: line('a: busy'),
      refused: true,
    });
    const partly = labOf({ ok: true, body: { events: [{ type: 'WorkBegun' }, { type: 'SoftwareRefused' }] } });
    expect(await putOrders(partly.at, [order('a'), order('b')], [])).toEqual({ lines: line('a: 2'), refused: true });
    expect([refused.told, partly.told].map((t) => t.length)).toEqual([1, 1]);
  });
});
