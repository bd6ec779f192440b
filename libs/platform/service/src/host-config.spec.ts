import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import { BadInput, readHostConfig } from './host-config.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-host-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const good = {
  fabric: 'demo',
  site: 1,
  role: 'member',
  id: '1_01',
  incarnation: 1,
  natsUrl: 'nats://127.0.0.1:4222',
  nkeySeedFile: '/keys/member-1_01.nk',
  settings: resolveSettings('lossless'),
  securityGroup: 'SG1',
  members: [{ id: '1_01', weight: 1 }],
  orchestrators: ['1_1'],
  build: 'abc',
};

function file(content: unknown): string {
  const path = join(dir, 'member.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problemWith(content: unknown): string {
  try {
    readHostConfig(file(content), 'member');
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    return (error as Error).message.replaceAll(dir, '');
  }
  return 'none';
}

describe('the configuration of a process', () => {
  it('is read as it was written, with the fields of its role', () => {
    expect(readHostConfig(file({ ...good, policy: { rules: [] } }), 'member')).toEqual({
      ...good,
      policy: { rules: [] },
    });
  });

  it.each([
    ['no JSON', '{', /^\/member\.json: expected a JSON file: /],
    ['a missing field', { ...good, fabric: undefined }, /^\/member\.json: fabric: /],
    ['a fabric that is no word', { ...good, fabric: 'a.b' }, /^\/member\.json: fabric: expected letters, digits/],
    ['a member without weight', { ...good, members: [{ id: '1_01' }] }, /^\/member\.json: members\.0\.weight: /],
    ['an address that is none', { ...good, natsUrl: 'localhost' }, /^\/member\.json: natsUrl: expected nats:\/\//],
    ['another role', { ...good, role: 'sync' }, /^\/member\.json: role: expected member, .* saw sync$/],
    ['no settings', { ...good, settings: {} }, /^\/member\.json: settings: ccp\.heartbeatMs, .* missing/],
    [
      'a setting that does not exist',
      { ...good, settings: { ...good.settings, 'ccp.heartbeat': 1 } },
      /^\/member\.json: setting "ccp\.heartbeat": there is no such setting; the nearest is "ccp\.heartbeatMs"/,
    ],
    [
      'a setting out of range',
      { ...good, settings: { ...good.settings, 'ccp.heartbeatMs': -1 } },
      /^\/member\.json: setting "ccp\.heartbeatMs": expected /,
    ],
  ])('is refused with %s, and the message says where', (_name, content, message) => {
    expect(problemWith(content)).toMatch(message);
  });

  it('is refused with every problem at once', () => {
    expect(problemWith({ ...good, site: 0, incarnation: 0 }).split('\n')).toHaveLength(2);
  });

  it('is asked for when none was given', () => {
    expect(() => readHostConfig(undefined, 'member')).toThrow(/give the path of a JSON file/);
  });
});
