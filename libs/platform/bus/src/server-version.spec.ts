import { describe, expect, it } from '@jest/globals';
import { serverRefusal } from './server-version.js';

describe('the rule on bus servers', () => {
  it.each(['2.9.10', '2.9.11', '2.10.0', '2.15.1', '3.0.0', '2.10.0-beta.1'])('accepts %s alone', (version) => {
    expect(serverRefusal({ version })).toBeUndefined();
  });

  it.each(['2.9.9', '2.8.50', '1.99.99'])('refuses %s and names what to install', (version) => {
    expect(serverRefusal({ version })).toBe(`nats-server ${version} is too old: install 2.9.10 or newer`);
  });

  it('refuses a cluster below 2.12.7, where two racing writers can both win', () => {
    expect(serverRefusal({ version: '2.12.6', cluster: 'c' })).toMatch(/needs 2\.12\.7 or newer/);
    expect(serverRefusal({ version: '2.12.7', cluster: 'c', syncAlways: true })).toBeUndefined();
    expect(serverRefusal({ version: '2.12.7', cluster: 'c', syncAlways: false })).toMatch(/sync_interval to always/);
  });

  it('refuses what is no version', () => {
    expect(serverRefusal({ version: 'next' })).toMatch(/expected a number/);
  });
});
