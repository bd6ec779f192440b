import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import { diagramSources } from './fabric-diagram.js';

const FABRIC = join(import.meta.dirname, '../../../../../examples/fabrics/single-site.fabric.yaml');

describe('a diagram of a fabric', () => {
  const plan = loadFabric(FABRIC, {});

  it('names every process once, and joins each orchestrator to the outside, the group and the bus, in Mermaid', () => {
    const lines = diagramSources.mermaid(plan).split('\n');
    expect(lines[0]).toBe('flowchart LR');
    expect(lines.filter((l) => l.includes('["member 1_'))).toEqual(
      [1, 2, 3, 4].map((n) => `      member_1_0${n}["member 1_0${n} (16200, 48 cores)"]`),
    );
    expect(lines.filter((l) => /^ {2}(outside|orchestrator|sync|group)/.test(l) && /<-->|-\.->/.test(l))).toEqual([
      '  outside <--> orchestrator_1_1',
      '  outside <--> orchestrator_1_2',
      '  orchestrator_1_1 <--> group',
      '  orchestrator_1_2 <--> group',
      '  orchestrator_1_1 -.-> bus',
      '  orchestrator_1_2 -.-> bus',
      '  sync -.-> bus',
      '  group -.-> bus',
    ]);
  });

  it('is closed and whole in the language of Graphviz', () => {
    const text = diagramSources.dot(plan);
    expect(text).toMatch(/^digraph "branch" \{\n[\s\S]*\n\}\n$/);
    expect(text.match(/\{/g)!.length).toBe(text.match(/\}/g)!.length);
    expect(text.match(/member_1_0\d \[label/g)).toEqual([1, 2, 3, 4].map((n) => `member_1_0${n} [label`));
    expect(text.match(/ -> bus /g)!.length).toBe(7);
  });
});
