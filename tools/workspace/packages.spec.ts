import { describe, expect, it } from '@jest/globals';
import { workspacePackages } from './packages.mjs';

describe('the list of workspace packages', () => {
  it('finds each package by folder and gives its name', () => {
    const kernel = workspacePackages().find((p) => p.dir === 'libs/platform/kernel');
    expect(kernel?.name).toBe('@rehearsal/kernel');
  });
});
