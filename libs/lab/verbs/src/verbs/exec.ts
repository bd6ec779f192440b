import { goesOn, readCommand, type Answers } from '@rehearsal/operator';
import { LabError } from '@rehearsal/lab-port';
import { z } from 'zod';
import { ownWords } from '../registry/own-words.js';
import { parseArgs } from '../registry/parse-args.js';
import { EXIT, verb, type AskLab } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { commandWords, operatorOutput, renderOperator, roleOf, type OperatorOutput } from './operate.js';
import { operateLine, placedCommands } from './operate-line.js';

export const targetField = z
  .array(z.string())
  .max(2)
  .default([])
  .describe('where it is typed: 1_03, or mho 1_1; default: the SMO');
export const commandField = z.array(z.string()).min(1).describe("a command of the vendor's, as it is typed there");
export const basisField = z
  .boolean()
  .default(false)
  .describe('in front of each line how sure it is that it looks so: documented, recalled or field');

const execVerb = verb({
  path: 'exec',
  summary: "one of the vendor's commands, at a member or an orchestrator of a running fabric",
  about:
    'Which commands there are, how sure their layouts are, and what is shown as not available, is told in ' +
    '[operator](../operator.md). Every number comes from the processes of the fabric and its log. A command that asks ' +
    'before it acts asks here, too; --yes, --full-name and --reason answer in advance.',
  examples: [
    { command: 'rehearse exec -- asg stat -v', does: 'the Security Group, as its SMO shows it' },
    { command: 'rehearse exec 1_03 -- cphaprob state', does: 'the members, as member 1_03 sees them' },
    { command: 'rehearse exec mho 1_1 -- lldpctl', does: 'what orchestrator 1_1 hears' },
    { command: "rehearse exec 1_03 -- 'cpstop; cpstart'", does: 'two commands, one after the other' },
    { command: 'rehearse exec --basis -- asg stat -v', does: 'how sure each line is' },
    {
      command: 'rehearse exec --yes --full-name Lab --reason test -- g_clusterXL_admin -b 1_03 down',
      does: 'take member 1_03 down, with its audit answered',
    },
  ],
  positionals: ['target'],
  tail: 'command',
  input: z.strictObject({
    target: targetField,
    command: commandField,
    basis: basisField,
    yes: z.boolean().default(false).describe('answer yes where the command asks whether one is sure'),
    fullName: z.string().optional().describe('who does it, for the audit'),
    reason: z.string().optional().describe('why, for the audit'),
    asked: z.boolean().default(false).describe('the questions have been shown already, so they are not shown again'),
    name: nameField,
  }),
  output: operatorOutput,
  needs: 'lab',
  effect: 'act',
  async prepare(words, ask, askLab) {
    const { input } = parseArgs(execVerb, words);
    const { target, command, yes, asked } = input as {
      target: string[];
      command: string[];
      yes: boolean;
      asked: boolean;
    };
    if (yes || asked) return words;
    const [one, ...more] = placedCommands({ target, command });
    // Several at once are not asked about: those that ask want their answers beforehand.
    if (one === undefined || more.length > 0) return words;
    const { parsed } = readCommand(commandWords(one.command), roleOf(one.target));
    if (parsed.row.asks === undefined) return words;
    const own = [...ownWords(words)];
    const after = words.slice(own.length);
    const looked = await lookFirst(own, after, askLab);
    // The lab says better what is wrong, and does so before anything is asked.
    if (looked === undefined) return [...own, '--asked', ...after];
    // What was asked at one member is not done at another, should the SMO move meanwhile.
    if (target.length === 0) own.push(looked.at.split(' ')[1]!);
    const answers = await askAll(looked.asks, ask);
    const given = [
      '--asked',
      '--yes',
      ...(answers.fullName === undefined ? [] : [`--full-name=${answers.fullName}`]),
      ...(answers.why === undefined ? [] : [`--reason=${answers.why}`]),
    ];
    return [...own, ...given, ...after];
  },
  async handle(given, context) {
    const { target, command, basis, yes, asked, fullName, reason } = given;
    const answers = { sure: yes ? 'y' : undefined, fullName, why: reason };
    return operateLine(labOf(context), { target, command, answers, asked, basis }, context.runsFolder);
  },
  render: renderOperator,
  exitCode: ({ failed }: OperatorOutput) => (failed ? EXIT.deviated : EXIT.ok),
});

/** What the lab would ask, and where; undefined where it would refuse. */
async function lookFirst(
  own: readonly string[],
  command: readonly string[],
  askLab: AskLab,
): Promise<Pick<OperatorOutput, 'at' | 'asks'> | undefined> {
  const words = own.filter((w) => w !== '--json');
  const { status, stdout } = await askLab(['exec', ...words, '--asked', '--json', ...command]);
  return status === EXIT.ok ? (JSON.parse(stdout) as OperatorOutput) : undefined;
}

/** Asks what the command asks. @throws LabError where an answer leaves all as it is, or nobody answers any more */
async function askAll(
  questions: OperatorOutput['asks'],
  ask: (question: string) => Promise<string | undefined>,
): Promise<Answers> {
  const answers: { -readonly [K in keyof Answers]: Answers[K] } = {};
  for (const question of questions) {
    const answer = await ask(question.text);
    if (answer === undefined) {
      throw new LabError(
        'bad-input',
        'The dialogue ended before its last answer; nothing was done.',
        'Answer it to its end, or beforehand: --yes --full-name=NAME --reason=TEXT',
      );
    }
    const { wants } = question;
    if (!goesOn(question, answer)) {
      throw new LabError('deviated', `The answer was '${answer}'; nothing was done.`, `Answer ${wants} to go on.`);
    }
    if (wants === 'fullName' || wants === 'why') answers[wants] = answer;
  }
  return answers;
}

export default execVerb;
