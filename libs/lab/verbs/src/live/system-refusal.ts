import { LabError } from '@rehearsal/lab-port/lab-error';

type Words = readonly [kind: 'bad-input' | 'environment', what: string, remedy: string];

/** What the operating system refuses, in words. */
const REFUSALS: Readonly<Record<string, Words>> = {
  ENOSPC: ['environment', 'The disk is full', 'Free some space, or name another folder with --runs.'],
  EDQUOT: ['environment', 'The quota of the disk is used up', 'Free some space, or name another folder with --runs.'],
  EROFS: ['environment', 'The file system is read-only', 'Name another folder with --runs.'],
  EACCES: ['environment', 'There is no permission', 'Change its owner or mode, or name another one.'],
  EPERM: ['environment', 'It is not permitted', 'Change its owner or mode, or name another one.'],
  ENOENT: ['bad-input', 'It is not there', 'Name one that is there.'],
  ENOTDIR: ['bad-input', 'A part of the path is a file', 'Name a folder.'],
  EISDIR: ['bad-input', 'It is a folder', 'Name a file.'],
  EEXIST: ['bad-input', 'There is a file of that name', 'Name another one.'],
  ENAMETOOLONG: ['bad-input', 'The name is too long', 'Name a shorter one.'],
  ELOOP: ['bad-input', 'Its links lead in a circle', 'Name another one.'],
  EMFILE: ['environment', 'Too many files are open', 'Raise the limit: ulimit -n 4096.'],
  ENFILE: ['environment', 'Too many files are open on this machine', 'End something else.'],
  ENOMEM: ['environment', 'There is no memory left', 'End something else.'],
  EAGAIN: ['environment', 'No process can be started', 'End something else, or raise the limit: ulimit -u.'],
  EADDRINUSE: ['environment', 'The port is taken', 'End what listens there.'],
  EADDRNOTAVAIL: ['environment', 'The loopback interface has no such address', 'See: ip address show lo.'],
};

interface SystemError {
  readonly code?: unknown;
  readonly path?: unknown;
  readonly port?: unknown;
}

/** An error of the operating system as a refusal with its place and a remedy; undefined for any other. */
export function systemRefusal(error: unknown): LabError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, path, port } = error as SystemError;
  const words = typeof code === 'string' && Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  if (words === undefined) return undefined;
  const [kind, what, remedy] = words;
  const place = typeof path === 'string' ? `${path}: ` : typeof port === 'number' ? `port ${port}: ` : '';
  return new LabError(kind, `${place}${what} (${String(code)}).`, remedy);
}
