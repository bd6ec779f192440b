import type { CodePiece } from '../markdown/pieces.js';
import { promptOf } from './prompts.js';

const SHELLS = new Set(
  '|bash|sh|shell|zsh|ksh|console|shell-session|shellsession|sh-session|bash-session|terminal|cli|expert|gclish|clish|gaia|checkpoint|commands|ssh'.split(
    '|',
  ),
);

const OUTPUT_WORDS =
  /\b((example|sample|expected|typical) (output|result|response)s?|output (looks|should|is|will|of)|(you|this) (will|should|would)? ?(see|show)s?\b|looks (like|as)|for example this|(prints|shows|returns|displays|answers)( this| the following| something like)?)\b[^.]*:?$|\boutput:?$/i;

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
  return OUTPUT_WORDS.test(last.text.trim()) ? `it is output: '${last.text.replaceAll(/\s+/g, ' ')}'` : undefined;
}
