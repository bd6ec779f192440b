import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

describe('the page of metrics', () => {
  it('has counters summed, gauges as last set, and says whose they are', () => {
    const metrics = new Metrics({ fabric: 'demo', site: 1, role: 'member', id: '1_01', incarnation: 3 });
    metrics.count('packets_handed_on', 2);
    metrics.count('packets_handed_on', 3);
    metrics.count('connections_now', 9);
    metrics.count('connections_now', 4);
    const labels = '{fabric="demo",site="1",role="member",id="1_01"}';
    for (let asked = 0; asked < 2; asked++) {
      const text = metrics.page();
      expect(text.split('\n').filter((line) => line.startsWith('rehearsal_') && !line.includes('event_loop'))).toEqual([
        `rehearsal_incarnation${labels} 3`,
        `rehearsal_connections_held${labels} 4`,
        `rehearsal_packets_handed_on_total${labels} 5`,
      ]);
      expect(text).toMatch(/^process_resident_memory_bytes\{.*\} \d{7,}$/m);
      expect(text).toMatch(/^process_cpu_seconds_total\{.*\} [\d.]+$/m);
    }
    expect(metrics.counts()).toEqual({ packets_handed_on: 5, connections_now: 4 });
  });
});
