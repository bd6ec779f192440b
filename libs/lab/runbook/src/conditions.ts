import { bare, sentencesOf } from './markdown/sentences.js';

/** Words of a heading that stands over what is done only in a case. */
const CASE_HEADING =
  /\b(roll(ing)? ?-?back|back[ -]?out|fall[ -]?back|troubleshoot\w*|contingency|emergency|recover(y|ing)|optional(ly)?|(on|upon|after|handling( of)?) (an? )?(failures?|errors?)|failed (member|sgm|node|gateway|appliance|blade|orchestrator|mho|upgrade|install(ation)?|step)s?|(member|sgm|node|gateway|appliance|install(ation)?|upgrade) (failures?|fails)|failure (handling|scenarios?|recovery)|escape plan|last resort)\b/i;
/** A rollback that is prepared is no rollback. */
const PREPARES =
  /\bprepar\w*|^(take|create|save|make|back ?-?ups?|snapshots?|before|pre)\b|\broll ?-?back (points?|snapshots?|criteria|backups?|images?)\b|\bnot optional\b/i;

const BAD_CASE =
  /\b(fail(s|ed|ure|ures|ing)?|errors?|problems?|not|down|stuck|los(t|es|s)|crash\w*|missing|wrong|hangs?|trouble|differs?|cannot|unreachable|timeouts?)\b|n['’]t\b/i;
/** "If all members are active" opens the way to the next step and is no case. */
const GOOD_CASE =
  /\b(all|every\w*|each|both|succe\w+|pass(ed|es)?|complet\w+|finished|healthy|okay|ok|active|done|ready)\b/i;
/** What a sentence has people do that is no command: the block below it is not what it is about. */
const NO_COMMAND =
  /\b(stop|abort|halt|do not|don['’]t|never|contact|call|escalate|open an?|go to|see|refer|wait|continue|proceed|go on|move on|postpone|return to|skip)\b/i;
/** "Check if all is well" asks and makes no case. */
const ASKS = /\b(check|verify|see|know|confirm|determine|find out|ask|test|tell|show|shows|even|as|wonder)\s*$/i;

const CASE_SENTENCE = [
  /^(in (the )?(case|event)\b|optional(ly)?\b|alternatively\b|roll ?-?back\b|to (roll back|revert|recover)\b|troubleshooting\b|fall[ -]?back\b|back[ -]?out\b|emergency\b|as a last resort\b|(up)?on (failure|error)\b|only for\b|unless\b)/i,
  /\b(only (in case|for|where|with)\b|(as|when|where) (needed|required|necessary|applicable)\b|is optional\b|last resort\b)/i,
  /[([]optional[)\]]/i,
  /^for\b[^.:]*\bonly\b/i,
  /^[\w/. -]{1,30} only\s*:/i,
];

/**
 * The words that say that what follows is only for a case; undefined where it is for every run.
 * @param kind a heading says so in a word; a list item or a paragraph in a sentence
 */
export function conditionIn(text: string, kind: 'heading' | 'prose'): string | undefined {
  if (kind === 'heading' && CASE_HEADING.test(text) && !PREPARES.test(bare(text))) return text;
  return sentencesOf(text)
    .map((s) => s.text)
    .find((sentence) => isCase(bare(sentence).replaceAll(/`[^`]*`/g, 'it')));
}

function isCase(sentence: string): boolean {
  const said = ifClause(sentence);
  // With a colon at its end a sentence is about the block below it, whatever else it has people do.
  const isAbout = (what: string): boolean => sentence.endsWith(':') || !NO_COMMAND.test(what);
  if (said !== undefined) return isAbout(said.what) && !isWay(said.when);
  const time = /^(when(ever)?|should)\b([^,:]*)/i.exec(sentence);
  if (time !== null && BAD_CASE.test(time[3]!)) return isAbout(sentence.slice(time[0].length));
  return CASE_SENTENCE.some((pattern) => pattern.test(sentence));
}

const isWay = (when: string): boolean => GOOD_CASE.test(when) && !BAD_CASE.test(when);

/** The two halves of "if this, that" or "that, if this": when, and what then. */
function ifClause(sentence: string): { when: string; what: string } | undefined {
  const leading = /^(?:only |but |and |or )*if\b([^,:]*)(.*)$/is.exec(sentence);
  if (leading !== null) return { when: leading[1]!, what: leading[2]! };
  for (const hit of sentence.matchAll(/\b(?:only (?:if|when)|if)\b/gi)) {
    const what = sentence.slice(0, hit.index);
    if (!ASKS.test(what)) return { when: sentence.slice(hit.index + hit[0].length), what };
  }
  return undefined;
}
