import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { MODEL_CORES, planOf, readFabric } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { draftFabric, ImportError, readPaste, type FabricDraft, type Imported } from '@rehearsal/operator';
import { z } from 'zod';
import { verb } from '../registry/verb.js';

const MAX_BYTES = 8 << 20;

function textIn(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) {
      throw new LabError('bad-input', `${path} has ${size} bytes.`, `Paste one output alone, of at most ${MAX_BYTES}.`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a file that is there.');
  }
}

/** Makes of a place in a paste what every other file of a user gets. */
function placed<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new LabError('bad-input', `${error.file}:${error.line}: ${error.message}`, error.remedy);
  }
}

/** A fabric file of pastes; it is read back as any other, so that it can be used as it stands. */
export function importFabric(
  pastes: readonly { readonly file: string; readonly text: string }[],
  name: string | undefined,
): { readonly draft: FabricDraft; readonly kinds: readonly Imported['kind'][] } {
  return placed(() => {
    const read = pastes.map(({ text, file }) => readPaste(text, file));
    const draft = draftFabric(read, MODEL_CORES, name);
    planOf(readFabric(draft.yaml, 'imported.fabric.yaml'), { policy: null, locate: (path) => path });
    return { draft, kinds: read.map((r) => r.kind) };
  });
}

const output = z.strictObject({
  read: z.array(z.strictObject({ file: z.string(), kind: z.string() })),
  took: z.array(z.string()),
  assumed: z.array(z.string()),
  left: z.array(z.string()),
  fabric: z.string(),
  /** Where it was written; null: nowhere. */
  out: z.string().nullable(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'import',
  summary: 'make a fabric file from what a real system prints',
  about:
    'Reads `asg stat -v`, `show maestro security-group …`, its answer from the Gaia API as JSON, and `cpinfo -y all`, ' +
    'several at once, each in a file of its own. Says what it took, with its place, what it assumed, and what has no ' +
    'place in a fabric file. Nothing is taken that contradicts something else.',
  examples: [
    { command: 'rehearse import stat.txt cpinfo.txt', does: 'print the fabric file' },
    {
      command: 'rehearse import stat.txt group.json --out branch.fabric.yaml --fabric branch',
      does: 'write it, under a name of its own',
    },
  ],
  positionals: ['file'],
  input: z.strictObject({
    file: z.array(z.string()).min(1).describe('what was pasted, one output a file'),
    out: z.string().optional().describe('write the fabric file there; a file that is there stays as it is'),
    fabric: z.string().optional().describe("name of the lab; default: the Security Group's"),
  }),
  output,
  needs: 'nothing',
  effect: 'act',
  async handle({ file, out, fabric }): Promise<Out> {
    if (out !== undefined && existsSync(out)) {
      throw new LabError('bad-input', `${out} is there already.`, 'Name another file, or move that one away.');
    }
    const { draft, kinds } = importFabric(
      file.map((path) => ({ file: path, text: textIn(path) })),
      fabric,
    );
    if (out !== undefined) writeOut(out, draft.yaml);
    const { took, assumed, left, yaml } = draft;
    return {
      read: file.map((path, i) => ({ file: path, kind: kinds[i]! })),
      took: [...took],
      assumed: [...assumed],
      left: [...left],
      fabric: yaml,
      out: out ?? null,
    };
  },
  render(result: Out) {
    const list = (head: string, rows: readonly string[]): string =>
      rows.length === 0 ? '' : `# ${head}\n${rows.map((r) => `#   ${r}\n`).join('')}`;
    const account = [
      list(
        'read',
        result.read.map((r) => `${r.file} as ${r.kind}`),
      ),
      list('took', result.took),
      list('assumed', result.assumed),
      list('left out', result.left),
    ].join('');
    return result.out === null ? `${account}${result.fabric}` : `${account}wrote ${result.out}\n`;
  },
});

function writeOut(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    throw new LabError(
      'environment',
      `Cannot write ${path}: ${reasonOf(error)}.`,
      'Name a folder that can be written to.',
    );
  }
}
