import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AuditFormatError, readSigner, readVerifier, type Signer, type Verifier } from '@rehearsal/audit';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';

/**
 * Where the key is that signs checkpoints, unless another place is named: what REHEARSE_AUDIT_KEY names, else in
 * `$XDG_CONFIG_HOME/rehearsal`, else `~/.config`.
 */
export function defaultKeyFile(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['REHEARSE_AUDIT_KEY'];
  if (named !== undefined && named !== '') return named;
  const config = env['XDG_CONFIG_HOME'];
  const base = config !== undefined && config !== '' ? config : join(homedir(), '.config');
  return join(base, 'rehearsal', 'audit.key');
}

/** Where checkpoints signed by a key are published, unless another place is named: REHEARSE_CHECKPOINTS, or beside it. */
export function checkpointsBeside(keyFile: string, env: NodeJS.ProcessEnv = process.env): string {
  const named = env['REHEARSE_CHECKPOINTS'];
  if (named !== undefined && named !== '') return named;
  return join(dirname(keyFile), 'checkpoints.txt');
}

/** What lies in a run's folder can be changed with its log, so it can vouch for nothing. @throws LabError (bad input) */
export function refuseInsideRun(path: string): void {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'run.json')) || existsSync(join(folder, 'lab.json'))) {
      throw new LabError(
        'bad-input',
        `${path} lies in the folder of a run, beside the log it is to vouch for.`,
        'Name a place that whoever can write the log cannot write.',
      );
    }
    if (folder === dirname(folder)) return;
  }
}

/** @throws LabError (bad input) where the file cannot be read */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a file that is there.');
  }
}

/** Says where a text stands that is not as it should be. @throws LabError (bad input) */
export function placed<T>(where: string, read: () => T, remedy: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AuditFormatError)) throw error;
    throw new LabError('bad-input', `${where}: ${error.message}.`, remedy);
  }
}

/** The key that signs, from its file. @throws LabError (bad input) */
export function signerIn(keyFile: string): Signer {
  if (!existsSync(keyFile)) {
    throw new LabError(
      'bad-input',
      `There is no key at ${keyFile}.`,
      'Make one with rehearse audit key, or name it: --key FILE.',
    );
  }
  return placed(keyFile, () => readSigner(textOf(keyFile).trim()), 'Make a key: rehearse audit key.');
}

/** The key that checks: its line, or a file with it. @throws LabError (bad input) */
export function verifierOf(keyOrFile: string): Verifier {
  const isLine = /\+[0-9a-f]{8}\+/.test(keyOrFile) && !existsSync(keyOrFile);
  const line = isLine ? keyOrFile : textOf(keyOrFile).trim();
  const remedy = 'Use the line that rehearse audit key printed, or the file with it, which ends in .pub.';
  return placed(isLine ? '--key' : keyOrFile, () => readVerifier(line), remedy);
}

/** Writes both keys of a pair, and nothing over a file that is there. @throws LabError */
export function writeKeyPair(
  keyFile: string,
  pair: { readonly privateKey: string; readonly verifierKey: string },
): string {
  const verifierFile = `${keyFile}.pub`;
  refuseInsideRun(keyFile);
  for (const path of [keyFile, verifierFile]) {
    if (!existsSync(path)) continue;
    throw new LabError(
      'bad-input',
      `${path} is there already.`,
      'Use that key, or name another place: --key FILE. What it signed can be checked only as long as it is kept.',
    );
  }
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  writeFileSync(keyFile, `${pair.privateKey}\n`, { flag: 'wx', mode: 0o600 });
  writeFileSync(verifierFile, `${pair.verifierKey}\n`, { flag: 'wx' });
  return verifierFile;
}
