import { DIALOGUE, isSure, questionText, readCommand, type AdminAnswers, type Question } from '@rehearsal/operator';
import { LabError } from '@rehearsal/lab-port';
import { z } from 'zod';
import { ownWords } from '../registry/own-words.js';
import { parseArgs } from '../registry/parse-args.js';
import { EXIT, verb, type AskLab } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { commandWords, operate, operatorOutput, renderOperator, roleOf, type OperatorOutput } from './operate.js';

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
    const { parsed } = readCommand(commandWords(command), roleOf(target));
    if (parsed.row.asks === undefined) return words;
    const state = parsed.places[0] === 'up' ? 'up' : 'down';
    const own = [...ownWords(words)];
    const after = words.slice(own.length);
    const named = parsed.options['-b'];
    const looked = await lookFirst(own, after, askLab);
    // The lab says better what is wrong, and does so before anything is asked.
    if (looked === undefined) return [...own, '--asked', ...after];
    if (named === undefined && target.length === 0) own.push(looked);
    const ids = [named ?? looked];
    const answers = await askAll(state, ids, ask);
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
    return operate(labOf(context), { target, command, answers, asked, basis }, context.runsFolder);
  },
  render: renderOperator,
});

/** The member that the command would be carried out at; undefined where it would be refused. */
async function lookFirst(
  own: readonly string[],
  command: readonly string[],
  askLab: AskLab,
): Promise<string | undefined> {
  const words = own.filter((w) => w !== '--json');
  const { status, stdout } = await askLab(['exec', ...words, '--asked', '--json', ...command]);
  return status === EXIT.ok ? (JSON.parse(stdout) as OperatorOutput).at.split(' ')[1]! : undefined;
}

/** Asks what the dialogue asks. @throws LabError when somebody is not sure, or nobody answers any more */
async function askAll(
  state: 'up' | 'down',
  ids: readonly string[],
  ask: (question: string) => Promise<string | undefined>,
): Promise<AdminAnswers> {
  const answers: { [Q in Question]?: string } = {};
  for (const question of DIALOGUE) {
    const answer = await ask(questionText(question, state, ids));
    if (answer === undefined) {
      throw new LabError(
        'bad-input',
        'The dialogue ended before its last answer; nothing was done.',
        'Answer it to its end, or beforehand: --yes --full-name=NAME --reason=TEXT',
      );
    }
    answers[question] = answer;
    if (question === 'sure' && !isSure(answers)) {
      throw new LabError('deviated', `The answer was '${answer}'; nothing was done.`, 'Answer y to go on.');
    }
  }
  return answers;
}

export default execVerb;
