/** The command line: composes labs, machines and verbs. */
import {
  askLab,
  carryOut,
  explain,
  findLab,
  findVerb,
  helpOf,
  labsFolder,
  overview,
  ownWords,
  parseArgs,
  Prompter,
  readSet,
  type Verb,
  type VerbContext,
} from '@rehearsal/verbs';
import type { ProcessOutcome } from '@rehearsal/experiment';
import { createServices } from './services.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function contextOf(): VerbContext {
  return { services: createServices(say), set: readSet([]), runsFolder: 'runs', say };
}

/** A verb that needs a lab is carried out by the process that has it. */
async function inLab(verb: Verb, argv: readonly string[], words: readonly string[]): Promise<ProcessOutcome> {
  const { input } = parseArgs(verb, words);
  const name = input['name'] as string | undefined;
  const lab = await findLab(labsFolder(), name);
  if (verb.prepare === undefined) return askLab(lab, argv);
  const prompter = new Prompter();
  try {
    const prepared = await verb.prepare(words, (question) => prompter.ask(question));
    return await askLab(lab, [...argv.slice(0, argv.length - words.length), ...prepared]);
  } finally {
    prompter.close();
  }
}

async function outcomeOf(argv: readonly string[]): Promise<ProcessOutcome> {
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && argv.length === 1)) {
    return { status: 0, stdout: overview(), stderr: '' };
  }
  const asked = first === 'help' ? [...argv.slice(1), '--help'] : argv;
  try {
    const { entry, rest } = findVerb(asked);
    const verb = (await entry.load()).default;
    const own = ownWords(rest);
    if (own.includes('--help') || own.includes('-h')) return { status: 0, stdout: helpOf(verb), stderr: '' };
    return verb.needs === 'lab' ? await inLab(verb, asked, rest) : await carryOut(verb, rest, contextOf());
  } catch (error) {
    const known = explain(error);
    if (known === undefined) throw error;
    const { kind, message, code } = known;
    const document = { error: { kind, message, exitCode: code } };
    const stdout = ownWords(argv).includes('--json') ? `${JSON.stringify(document, null, 2)}\n` : '';
    return { status: code, stdout, stderr: `rehearse: ${message}\n` };
  }
}

// Who reads may have read enough, as `head` has: what is left to say has no reader, and that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const outcome = await outcomeOf(process.argv.slice(2));
process.exitCode = outcome.status;
process.stderr.write(outcome.stderr);
process.stdout.write(outcome.stdout);
