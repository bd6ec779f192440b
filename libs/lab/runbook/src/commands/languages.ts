import type { CodePiece } from '../markdown/pieces.js';
import { bare, sentencesOf } from '../markdown/sentences.js';
import { promptOf } from './prompts.js';

const SHELLS = new Set(
  '|bash|sh|shell|zsh|ksh|console|shell-session|shellsession|sh-session|bash-session|terminal|cli|expert|gclish|clish|gaia|checkpoint|commands|ssh'.split(
    '|',
  ),
);

/** Sentences above what a machine shows. */
const SHOWN = [
  /^(the |its |a )?((example|sample|expected|typical) )?(outputs?|results?|responses?|answers?)\b/i,
  /\b(example|sample|expected|typical) (output|result|response)s?\b/i,
  /\boutput (looks|should|is|will)\b/i,
  /\byou (will|should|would|must) (now )?(see|get)\b/i,
  /^(it|this|that|which|the command)\b.* (shows?|prints?|returns?|displays?|answers?|looks?)\b/i,
];
/** What has something typed is above what is typed, whatever it says of output. */
const TYPED = /\b(run|type|execute|enter|use|collect|save|issue|get the)\b/i;

/** Tables, rules and drawings that people paste from a screen. */
const SCREEN_LINE = /^\s*([|+└├│┌╔║]|[-=_*]{4,}\s*$)/;

/** Why a block of code holds nothing to be typed; undefined where it does. */
export function whyNoCommands({ language, lines, path }: CodePiece): string | undefined {
  if (!SHELLS.has(language)) return `its language is ${language}`;
  const said = lines.filter((line) => line.trim() !== '');
  if (said.length === 0) return 'it is empty';
  if (said.some((line) => promptOf(line, language).prompt !== '')) return undefined;
  if (said.filter((line) => SCREEN_LINE.test(line)).length * 2 >= said.length) return 'it is a table or a drawing';
  const last = path.at(-1);
  if (last === undefined || last.kind === 'heading') return undefined;
  const sentence = sentencesOf(last.text).at(-1)?.text ?? '';
  const isShown = !TYPED.test(sentence) && SHOWN.some((pattern) => pattern.test(bare(sentence)));
  return isShown ? `it is output: '${sentence}'` : undefined;
}
