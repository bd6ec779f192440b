import { describe, expect, it } from '@jest/globals';
import { sha256Hex } from '@rehearsal/kernel';
import * as fc from 'fast-check';
import { checkPolicy, compilePolicy, deferrableRules, IMPLICIT_DROP, policyHash } from './compile-policy.js';
import { readNetwork } from './networks.js';
import { PolicyError } from './policy-error.js';
import { PROTO, SERVICE_NAMES, serviceName, servicePorts } from './services.js';

const ip = (text: string): number => {
  const network = readNetwork(text);
  if (typeof network === 'string') throw new Error(network);
  return network.value;
};

const branch = {
  rules: [
    { name: 'no telnet', service: ['telnet'], action: 'drop' },
    { name: 'web', source: '10.1.0.0/16', service: ['https', { tcp: '8000-8100' }], action: 'accept', sync: 'strict' },
    { name: 'names', destination: ['192.0.2.53', '198.51.100.0/24'], service: 'dns', action: 'accept', sync: 'never' },
    { name: 'tunnels', service: ['gre', 'icmp', 'esp', { protocol: 4 }], action: 'accept' },
    { name: 'the rest inside', source: '10.0.0.0/8', destination: '10.0.0.0/8', action: 'accept' },
    { name: 'odd protocols', source: '203.0.113.9', service: 'other', action: 'accept' },
    { name: 'voice', service: { udp: 'any' }, destination: '172.16.0.0/12', action: 'accept' },
  ],
};

describe('matching', () => {
  const policy = compilePolicy(branch);
  const outside = ip('198.51.100.7');

  it.each([
    ['10.1.2.3', '203.0.113.1', PROTO.tcp, 443, 'web'],
    ['10.1.2.3', '203.0.113.1', PROTO.tcp, 8000, 'web'],
    ['10.1.2.3', '203.0.113.1', PROTO.tcp, 8100, 'web'],
    ['10.1.2.3', '203.0.113.1', PROTO.tcp, 8101, 'implicit drop'],
    ['10.1.2.3', '203.0.113.1', PROTO.udp, 443, 'implicit drop'],
    ['10.2.2.3', '203.0.113.1', PROTO.tcp, 443, 'implicit drop'],
    ['10.1.2.3', '203.0.113.1', PROTO.tcp, 23, 'no telnet'],
    ['9.9.9.9', '192.0.2.53', PROTO.udp, 53, 'names'],
    ['9.9.9.9', '198.51.100.255', PROTO.tcp, 53, 'names'],
    ['9.9.9.9', '192.0.2.54', PROTO.udp, 53, 'implicit drop'],
    ['9.9.9.9', '8.8.8.8', 47, 0, 'tunnels'],
    ['9.9.9.9', '8.8.8.8', PROTO.esp, 0, 'tunnels'],
    ['9.9.9.9', '8.8.8.8', 4, 0, 'tunnels'],
    ['9.9.9.9', '8.8.8.8', PROTO.ah, 0, 'implicit drop'],
    ['9.9.9.9', '8.8.8.8', PROTO.icmp, 0, 'tunnels'],
    ['9.9.9.9', '8.8.8.8', PROTO.icmp, 65_535, 'tunnels'],
    ['10.9.9.9', '10.8.8.8', 132, 0, 'the rest inside'],
    ['203.0.113.9', '8.8.8.8', 132, 0, 'odd protocols'],
    ['203.0.113.9', '8.8.8.8', PROTO.tcp, 80, 'implicit drop'],
    ['9.9.9.9', '172.31.255.255', PROTO.udp, 0, 'voice'],
    ['9.9.9.9', '172.32.0.0', PROTO.udp, 65535, 'implicit drop'],
  ])('%s to %s, protocol %i, port %i: %s', (src, dst, proto, port, name) => {
    const rule = policy.match(ip(src), ip(dst), proto, port);
    expect(policy.ruleName(rule)).toBe(name);
    expect(policy.match(ip(src) >>> 0, ip(dst) >>> 0, proto, port)).toBe(rule);
  });

  it('says what a rule does and how its connections are synced', () => {
    expect(policy.match(ip('10.1.0.1'), outside, PROTO.tcp, 443)).toBe(1);
    expect([0, 1, 2, 3, IMPLICIT_DROP].map((rule) => policy.accepts(rule))).toEqual([false, true, true, true, false]);
    expect([0, 1, 2, IMPLICIT_DROP].map((rule) => policy.syncOf(rule))).toEqual([
      undefined,
      'strict',
      'never',
      undefined,
    ]);
    expect(policy.ruleCount).toBe(7);
  });

  it('says which rules may wait', () => {
    const rules = [
      { name: 'web', action: 'accept', service: 'https' },
      { name: 'mail', action: 'accept', service: 'smtp', defer: true },
      { name: 'names', action: 'accept', service: 'dns', defer: false },
    ];
    const deferring = compilePolicy({ rules });
    expect([0, 1, 2, IMPLICIT_DROP].map((rule) => deferring.defers(rule))).toEqual([false, true, false, false]);
    expect(deferrableRules({ rules })).toEqual(['mail']);
    expect([deferrableRules(branch), deferrableRules(null), deferrableRules({ rules: 7 })]).toEqual([[], [], []]);
  });

  it('drops everything without rules, and accepts everything without a rulebase', () => {
    expect(compilePolicy({ rules: [] }).match(1, 2, PROTO.tcp, 80)).toBe(IMPLICIT_DROP);
    const none = compilePolicy(null);
    expect(none.accepts(none.match(1, -2, 200, 0))).toBe(true);
  });

  it('finds the first rule that a plain reading of the texts finds', () => {
    const networkOf = fc
      .tuple(fc.constantFrom(0, 1, 8, 9, 24, 31, 32), fc.integer({ min: -0x80000000, max: 0x7fffffff }))
      .map(([len, address]) => {
        const value = len === 0 ? 0 : (address & (-1 << (32 - len))) >>> 0;
        const text = `${[24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')}/${len}`;
        return { text, first: value, last: value + 2 ** (32 - len) - 1 };
      });
    const port = fc.integer({ min: 0, max: 65535 });
    const ruleOf = fc.record({
      source: networkOf,
      destination: networkOf,
      low: port,
      span: fc.nat(70_000),
      tcp: fc.boolean(),
      defer: fc.boolean(),
    });
    const address = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(
        fc.array(ruleOf, { maxLength: 6 }),
        address,
        address,
        port,
        fc.boolean(),
        fc.nat(5),
        (rules, from, to, dport, tcp, aim) => {
          const high = (rule: (typeof rules)[number]) => Math.min(65535, rule.low + rule.span);
          const target = rules[aim];
          // Half of the packets are aimed at a rule: random addresses would hardly ever hit one.
          const src = target === undefined ? from : target.source.first;
          const dst = target === undefined ? to : target.destination.last;
          const policyOf = (marked: boolean) => ({
            rules: rules.map((rule, index) => ({
              name: String(index),
              source: rule.source.text,
              destination: [rule.destination.text],
              service: rule.tcp ? { tcp: `${rule.low}-${high(rule)}` } : { udp: `${rule.low}-${high(rule)}` },
              action: 'accept',
              ...(marked && { defer: rule.defer }),
            })),
          });
          const policy = compilePolicy(policyOf(false));
          const expected = rules.findIndex(
            (rule) =>
              src >= rule.source.first &&
              src <= rule.source.last &&
              dst >= rule.destination.first &&
              dst <= rule.destination.last &&
              rule.tcp === tcp &&
              dport >= rule.low &&
              dport <= high(rule),
          );
          const proto = tcp ? PROTO.tcp : PROTO.udp;
          expect(policy.match(src | 0, dst | 0, proto, dport)).toBe(expected);
          // That rules may wait changes which match as little as it changes what they accept.
          const marked = compilePolicy(policyOf(true));
          expect(marked.match(src | 0, dst | 0, proto, dport)).toBe(expected);
          expect(marked.accepts(expected)).toBe(policy.accepts(expected));
          expect(marked.defers(expected)).toBe(rules[expected]?.defer ?? false);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a rulebase that cannot be used', () => {
  const accept = { name: 'a', action: 'accept' };

  it.each([
    [{}, ['a rulebase has a list of rules under the key rules; write rules: [{name: …, action: accept}]']],
    [{ rules: [accept], rule: 1 }, ['rule is no field of a rulebase; a rulebase has rules and nat']],
    [{ rules: [accept, 7] }, ['rule 2: this is no rule; write {name, source, destination, service, action}']],
    [{ rules: [{ name: 'a', action: 'allow' }] }, ['rule 1 "a": action is missing or wrong; write accept or drop']],
    [{ rules: [{ action: 'drop' }] }, ['rule 1: name is missing or wrong; give it a name']],
    [
      { rules: [{ ...accept, from: 'any' }] },
      ['rule 1 "a": from is no field of a rule; a rule has name, source, destination, service, action, sync, defer'],
    ],
    [
      { rules: [{ ...accept, defer: 'yes' }] },
      [
        'rule 1 "a": defer is missing or wrong; write true where connections may wait while the group is below full capacity, or leave it out',
      ],
    ],
    [
      { rules: [{ name: 'a', action: 'drop', defer: true }] },
      ['rule 1 "a": defer: a rule that drops lets nothing begin that could wait; leave defer out'],
    ],
    [{ rules: [accept, accept] }, ['rule 2 "a": rule 1 has this name too; give each rule its own']],
    [
      { rules: [{ ...accept, source: ['10.0.0.1/8', '1.2.3.400'] }] },
      [
        'rule 1 "a": source: "10.0.0.1/8" has address bits after its prefix; write 10.0.0.0/8',
        'rule 1 "a": source: "1.2.3.400" has the part 400; parts of an address go to 255',
      ],
    ],
    [
      { rules: [{ ...accept, destination: '::1' }] },
      ['rule 1 "a": destination: "::1" is no IPv4 network; write one like 10.1.0.0/16, or any'],
    ],
    [
      { rules: [{ ...accept, destination: '1.2.3.4/33' }] },
      ['rule 1 "a": destination: "1.2.3.4/33" has a prefix of 33 bits; an IPv4 prefix has at most 32'],
    ],
    [
      { rules: [{ ...accept, service: { tcp: '90-80' } }] },
      ['rule 1 "a": service: "90-80" is no port or range of ports; write 443, 8000-8100 or any, up to 65535'],
    ],
    [
      { rules: [], other: { ipv6: 'drop' } },
      [
        'other is no field of a rulebase; what is not IPv4 is decided by the setting policy.other, other protocols by a rule with service: other',
      ],
    ],
    [
      { rules: [], nat: { masquerade: [], hide: {}, static: [{ inside: '10.0.0.1' }, 7] } },
      [
        'nat: hide is no list; an entry is {source: 10.1.0.0/16, behind: 198.51.100.1}',
        'nat: static 1: outside cannot be read; an entry is {inside: 10.1.0.10, outside: 198.51.100.10}',
        'nat: static 2: its fields cannot be read; an entry is {inside: 10.1.0.10, outside: 198.51.100.10}',
        'nat: it has the lists hide and static, and nothing else',
      ],
    ],
    [
      { rules: [], nat: { hide: [{ source: ['10.0.0.1/8', '1.2.3'], behind: '10.1.0.0/16' }] } },
      [
        'nat: hide 1: behind: "10.1.0.0/16" is no IPv4 address; write one like 198.51.100.1',
        'nat: hide 1: source: "10.0.0.1/8" has address bits after its prefix; write 10.0.0.0/8',
        'nat: hide 1: source: "1.2.3" is no IPv4 network; write one like 10.1.0.0/16, or any',
      ],
    ],
    [
      { rules: [], nat: { static: [{ inside: '224.0.0.1', outside: '1.2.3.256' }] } },
      [
        'nat: static 1: inside: "224.0.0.1" is no address a host can have; write one like 198.51.100.1',
        'nat: static 1: outside: "1.2.3.256" is no IPv4 address; write one like 198.51.100.1',
      ],
    ],
    [
      {
        rules: [],
        nat: {
          hide: [
            { source: '10.1.0.0/16', behind: '192.0.2.1' },
            { source: '10.2.0.0/16', behind: '192.0.2.1' },
          ],
          static: [
            { inside: '10.0.0.1', outside: '192.0.2.1' },
            { inside: '10.0.0.1', outside: '192.0.2.2' },
            { inside: '10.0.0.3', outside: '192.0.2.2' },
            { inside: '10.0.0.4', outside: '10.0.0.3' },
            { inside: '10.0.0.5', outside: '10.0.0.5' },
          ],
        },
      },
      [
        'nat: hide 2: hide 1 hides behind 192.0.2.1 too; write one entry with a list of sources',
        'nat: static 2: inside: static 1 translates 10.0.0.1 already; remove one of them',
        'nat: static 3: outside: 192.0.2.2 stands for the inside address of static 2 already; give it another one',
        'nat: static 1: outside: 192.0.2.1 is what hide 1 hides behind; answers could not be told apart: use another address',
        'nat: static 4: outside: 10.0.0.3 is the inside address of static 3; packets are translated once only',
        'nat: static 5: outside: 10.0.0.5 is its own inside address; translate to another one',
      ],
    ],
  ])('%j names the rule and the remedy', (value, problems) => {
    expect(checkPolicy(value)).toEqual(problems);
    expect(() => compilePolicy(value)).toThrow(PolicyError);
  });

  it('lists the services it knows when one is not known', () => {
    const [problem] = checkPolicy({ rules: [{ ...accept, service: 'htps' }] });
    expect(problem).toMatch(
      /^rule 1 "a": service: the service "htps" is not known; known are any, tcp, .*https.*8443}$/,
    );
  });

  it('is a good one when it is empty of problems', () => {
    expect(checkPolicy(branch)).toEqual([]);
  });
});

describe('services by name', () => {
  it('have ports, and every port leads back to a name', () => {
    expect(servicePorts('dns')).toEqual([
      { proto: 17, port: 53 },
      { proto: 6, port: 53 },
    ]);
    expect(servicePorts('nonsense')).toEqual([]);
    expect(servicePorts('esp')).toEqual([{ proto: 50, port: 0 }]);
    expect(serviceName(PROTO.icmp, 4711)).toBe('icmp');
    expect(serviceName(PROTO.udp, 4500)).toBe('ike-nat-t');
    expect(serviceName(PROTO.udp, 2152)).toBe('gtp-u');
    expect(serviceName(PROTO.tcp, 443)).toBe('https');
    expect(serviceName(PROTO.udp, 443)).toBe('quic');
    expect(serviceName(PROTO.tcp, 1)).toBeUndefined();
    for (const name of SERVICE_NAMES)
      for (const { proto, port } of servicePorts(name)) expect(serviceName(proto, port)).toBe(name);
  });
});

describe('the hash of a policy', () => {
  const hash = (value: unknown) => policyHash(compilePolicy(value), sha256Hex);

  it('is that of its canonical JSON: key order does not matter, the order of rules does', () => {
    const a = { name: 'a', action: 'accept' };
    const b = { name: 'b', action: 'drop' };
    expect(hash({ rules: [a, b] })).toBe(hash({ rules: [{ action: 'accept', name: 'a' }, b] }));
    expect(hash({ rules: [a, b] })).not.toBe(hash({ rules: [b, a] }));
    expect(hash({ rules: [a] })).toBe(
      sha256Hex(new TextEncoder().encode('{"rules":[{"action":"accept","name":"a"}]}')),
    );
  });
});
