import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUserKey, nkeyUser } from './nkey.js';

/** A user of the bus: the server knows the public key, only the user's process reads the seed file. */
export interface Credential {
  readonly publicKey: string;
  readonly seedFile: string;
}

/** Makes a key pair; the seed goes to `<dir>/<name>.nk`, readable by the owner only. */
export function createCredential(dir: string, name: string): Credential {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { seed, publicKey } = createUserKey();
  const seedFile = join(dir, `${name}.nk`);
  writeFileSync(seedFile, `${seed}\n`, { mode: 0o600 });
  return { publicKey, seedFile };
}

/** Reads and checks a seed file; throws with the file's name when it holds no user seed. */
export function readSeed(file: string): string {
  const seed = readFileSync(file, 'utf8').trim();
  try {
    nkeyUser(seed);
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}`, { cause });
  }
  return seed;
}
