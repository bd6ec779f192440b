import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

describe('the page of metrics', () => {
  it('has counters summed, gauges as last set, and says whose they are', async () => {
    const metrics = new Metrics({ fabric: 'demo', site: 1, role: 'member', id: '1_01', incarnation: 3 });
    metrics.count('packets', 2);
    metrics.count('packets', 3);
    metrics.count('held_now', 9);
    metrics.count('held_now', 4);
    const labels = '{fabric="demo",site="1",role="member",id="1_01",incarnation="3"}';
    for (let asked = 0; asked < 2; asked++) {
      const { type, text } = await metrics.page();
      expect(type).toMatch(/^text\/plain/);
      const own = text.split('\n').filter((line) => line.startsWith('rehearsal_'));
      expect(own).toEqual([`rehearsal_packets${labels} 5`, `rehearsal_held_now${labels} 4`]);
      expect(text).toContain('# TYPE rehearsal_packets counter');
      expect(text).toContain('# TYPE rehearsal_held_now gauge');
      expect(text).toMatch(/^process_resident_memory_bytes\{.*\} \d{7,}$/m);
    }
  });
});
