import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { captureInfo, type CaptureInfo } from './capture-info.js';

const repository = resolve(import.meta.dirname, '../../../../..');
const beside = join(dirname(repository), 'shared', 'captures');
const folders = [join(repository, 'examples', 'captures'), beside, process.env['REHEARSE_CAPTURES'] ?? ''].filter(
  (folder, index) => index === 0 || (folder !== '' && existsSync(join(folder, 'oracle.json'))),
);

describe.each(folders)('captures in %s', (folder) => {
  const oracle = JSON.parse(readFileSync(join(folder, 'oracle.json'), 'utf8')) as Record<string, CaptureInfo>;

  it('are there', () => {
    expect(Object.keys(oracle).length).toBeGreaterThan(0);
  });

  it.each(Object.keys(oracle))('%s counts as tshark counts it', (name) => {
    expect(captureInfo(readFileSync(join(folder, name)))).toEqual(oracle[name]);
  });
});
