import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { checkYaml, FileError, placeOf, readYaml, type FileProblem, type Path } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { isScalar, LineCounter, parseDocument, Scalar, visit, type Document } from 'yaml';
import { z } from 'zod';
import type { ActivityRecord } from '../conduct/journal.js';
import { DEFAULT_BLOCK, experimentSchema, type Activity, type ExperimentFile, type RehearsalBlock } from './schema.js';
import { splitWords } from './split-words.js';

/** An activity with the words of its command line, without the word `rehearse`. */
export interface Step {
  readonly activity: Activity;
  readonly argv: readonly string[];
  /** `file:line:col` of the activity. */
  readonly place: string;
}

/** An experiment that can be conducted. */
export interface Experiment {
  readonly path: string;
  readonly file: ExperimentFile;
  readonly hypothesis: readonly Step[];
  readonly method: readonly Step[];
  readonly rollbacks: readonly Step[];
  readonly block: RehearsalBlock;
  /** What is done after the method, step by step, seeing what came of all before; undefined: nothing more. */
  readonly next?: (done: readonly ActivityRecord[]) => Step | undefined;
  /** Makes a path seen from the file one that can be opened. */
  readonly locate: (path: string) => string;
}

/** Says what is wrong with the words of a command line, if anything. */
export type CheckCommand = (
  argv: readonly string[],
) => { readonly message: string; readonly remedy: string } | undefined;

/**
 * Reads an experiment: YAML 1.2 core, or JSON, which is a part of it.
 * @param check judges the command lines of providers
 * @throws FileError with file:line:col, what is wrong and what to do, for all that is wrong
 */
export function readExperiment(text: string, path: string, check: CheckCommand = () => undefined): Experiment {
  const shown = relative(process.cwd(), resolve(path)) || path;
  const yaml = readYaml(text, shown);
  const bare = bareIds(text, shown);
  if (bare.length > 0) throw new FileError(bare);
  const file = checkYaml(
    yaml,
    experimentSchema,
    () => z.toJSONSchema(experimentSchema, { io: 'input' }),
    () => undefined,
  );
  const problems: FileProblem[] = [];
  const steps = (activities: readonly Activity[], at: Path): Step[] =>
    activities.map((activity, index) => {
      const place = [...at, index];
      const given = activity.provider.arguments;
      const argv = typeof given === 'string' ? splitWords(given) : given.map(String);
      const wrong = argv === undefined ? UNCLOSED : check(argv);
      if (wrong !== undefined) {
        problems.push(yaml.problem([...place, 'provider', 'arguments'], wrong.message, wrong.remedy));
      }
      const { file: name, line, col } = yaml.problem(place, '', '');
      return { activity, argv: argv ?? [], place: `${name}:${line}:${col}` };
    });
  const hypothesis = steps(file['steady-state-hypothesis']?.probes ?? [], ['steady-state-hypothesis', 'probes']);
  const method = steps(file.method, ['method']);
  const rollbacks = steps(file.rollbacks ?? [], ['rollbacks']);
  if (problems.length > 0) throw new FileError(problems);
  const block = file.extensions?.find((e): e is RehearsalBlock => e.name === 'rehearsal') ?? DEFAULT_BLOCK;
  return { path, file, hypothesis, method, rollbacks, block, locate: (other) => resolve(dirname(path), other) };
}

/** As readExperiment, from a file. @throws FileError or LabError (bad input) */
export function loadExperiment(path: string, check?: CheckCommand): Experiment {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a file that is there.');
  }
  return readExperiment(text, path, check);
}

const UNCLOSED = {
  message: 'The arguments end inside quotes.',
  remedy: 'Close them, or write the arguments as a list.',
};

/**
 * Ids written without quotes. Many YAML readers, the Chaos Toolkit's among them, read 1_03 as the
 * number 103, so such a file would mean two things.
 */
function bareIds(text: string, file: string): FileProblem[] {
  const lines = new LineCounter();
  const doc: Document.Parsed = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines });
  const found: FileProblem[] = [];
  visit(doc, {
    Scalar(_key, node) {
      if (!isScalar(node) || (node.type !== undefined && node.type !== Scalar.PLAIN)) return;
      const source = node.source ?? '';
      if (!/^\d+_\d+$/.test(source)) return;
      const { line, col } = lines.linePos(node.range?.[0] ?? 0);
      found.push({
        file,
        line,
        col,
        message: `The id ${source} has no quotes, and other readers of YAML take it for the number ${source.replace('_', '')}.`,
        remedy: `Write "${source}".`,
      });
    },
  });
  return [...found, ...integerIds(doc, lines, file)];
}

/** `fault panic 103`: an id that has become a number before it came here. */
function integerIds(doc: Document.Parsed, lines: LineCounter, file: string): FileProblem[] {
  const found: FileProblem[] = [];
  const root = doc.toJS() as unknown;
  const lists = [{ path: ['steady-state-hypothesis', 'probes'] }, { path: ['method'] }, { path: ['rollbacks'] }];
  for (const { path } of lists) {
    const steps = valueAt(root, path);
    if (!Array.isArray(steps)) continue;
    for (let i = 0; i < steps.length; i++) {
      const words = valueAt(steps[i], ['provider', 'arguments']);
      if (!Array.isArray(words)) continue;
      for (const [j, word] of words.entries()) {
        // After an option's name a number is its value.
        const previous: unknown = words[j - 1];
        if (typeof word !== 'number' || (typeof previous === 'string' && previous.startsWith('-'))) continue;
        const { line, col } = placeOf(doc, lines, [...path, i, 'provider', 'arguments', j]);
        found.push({
          file,
          line,
          col,
          message: `An id is text, and ${word} is a number.`,
          remedy: `Write it as the vendor does and in quotes: "1_${String(word % 100).padStart(2, '0')}".`,
        });
      }
    }
  }
  return found;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}
