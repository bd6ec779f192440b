import { bare } from '../markdown/sentences.js';

/** Verbs that a sentence orders something with when it begins with one. */
const VERBS =
  /^(?:re-)?(add|allow|announce|apply|approve|ask|assign|attach|avoid|back|backup|book|boot|bring|build|cancel|capture|change|check|choose|clean|clear|clone|close|collect|compare|complete|configure|confirm|connect|contact|continue|copy|create|decide|define|delete|deploy|detach|disable|disconnect|do|document|download|drain|enable|ensure|enter|escalate|examine|execute|exit|export|fail|fetch|find|finish|fix|follow|freeze|get|give|go|halt|hold|identify|import|inform|initiate|inspect|install|invoke|isolate|issue|keep|launch|leave|let|list|lock|log|login|look|make|mark|measure|monitor|mount|move|never|note|notify|obtain|open|pause|perform|ping|plan|power|prepare|proceed|pull|push|put|read|reboot|rebuild|record|reduce|register|remember|remove|repeat|replace|report|reset|resolve|restart|restore|resume|retry|return|revert|review|roll|run|save|schedule|select|send|set|share|shut|shutdown|skip|start|stop|store|suspend|switch|take|tell|terminate|test|track|transfer|trigger|turn|type|uninstall|unlock|update|upgrade|upload|use|validate|verify|wait|watch|write)\b(?!-)/i;
/** After a noun that looks like one of those verbs: "Test results are kept", "Backup is done". */
const NOUN_FOLLOWS =
  /^\w+\s+(is|are|was|were|has|have|had|of|will|can|may|must|should|results?|windows?|plans?|procedures?|steps?|files?|points?|package|path|time|date)\b/i;
/** Adverbs and places that stand in front of what is ordered. */
const LEAD =
  /^((first|then|next|now|finally|afterwards?|always|again|also|only|immediately|manually|carefully|and|but|so|therefore|otherwise|still|if (needed|necessary|required)|once (done|finished))\b,?\s*)+/i;

const ORDERS =
  /\b(must|shall|should|needs? to|has to|have to|ought to|(is|are) (to be|required|mandatory|forbidden|not allowed|needed)|ensure|make sure|be sure|never|do not|don['’]t|not (start|continue|proceed|go on) (until|before|unless)|may not|required|mandatory|recommended|is crucial|at least|no more than)\b/i;
const BEFORE = /^(before|prior to|not until|no\b.*\bmay\b|without\b)/i;

const PROHIBITS =
  /\b(do not|don['’]t|never|must not|mustn['’]t|should not|shouldn['’]t|may not|avoid|cannot|forbidden)\b|\bnot allowed\b/i;

/** What follows is told, not ordered, unless it has a must of its own. */
const TOLD = /^(keep in mind|bear in mind|remember|note|mind|be aware)( that)?\b,?\s*/i;
/** "No backup is needed" orders nothing. */
const NOT_NEEDED =
  /\bno\b[^.,;]*\b(is|are) (needed|required|necessary)\b|\bnot (needed|required|necessary|mandatory)\b/i;

/** Whether a sentence orders something: an imperative, or a must. */
export function isOrder(sentence: string): boolean {
  const said = bare(sentence);
  if (TOLD.test(said)) return ORDERS.test(said.replace(TOLD, ''));
  const text = said.replace(NOT_NEEDED, '');
  if (text.split(/\s+/).length < 2) return false;
  if (ORDERS.test(text) || BEFORE.test(text)) return true;
  return text.split(/[,;:–—]\s+|\s-\s|\bthen\s/).some((clause) => isImperative(bare(clause.trim()).replace(LEAD, '')));
}

const isImperative = (clause: string): boolean =>
  VERBS.test(clause) && /\s|:$/.test(clause) && !NOUN_FOLLOWS.test(clause);

/** Whether it says what is not to be done, which no command can carry out. */
export const isProhibition = (sentence: string): boolean => PROHIBITS.test(sentence);
