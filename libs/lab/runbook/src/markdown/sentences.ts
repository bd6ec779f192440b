/** One sentence of prose. */
export interface Sentence {
  readonly text: string;
  /** Lines after the first one of its paragraph at which it begins. */
  readonly linesDown: number;
}

const END = /[.!?…]+["'”’)\]]*\s+(?=["'“‘([`]*[\p{Lu}\p{N}\p{Extended_Pictographic}`<])/gu;
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|etc|approx|incl|min|max|vs|cf|no|resp|\d+(?:\.\d+)*|[a-z])\.\s+$/i;

/** The sentences of a paragraph; a full stop within code or after an abbreviation or a number ends none. */
export function sentencesOf(paragraph: string): Sentence[] {
  const ends = [...paragraph.matchAll(END)]
    .map((m) => m.index + m[0].length)
    .filter((end) => {
      const before = paragraph.slice(0, end);
      return !ABBREVIATION.test(before) && before.split('`').length % 2 === 1;
    });
  const sentences: Sentence[] = [];
  let from = 0;
  for (const end of [...ends, paragraph.length]) {
    const raw = paragraph.slice(from, end);
    const begins = from + (raw.length - raw.trimStart().length);
    const text = raw.trim().replaceAll(/\s+/g, ' ');
    if (text !== '') sentences.push({ text, linesDown: paragraph.slice(0, begins).split('\n').length - 1 });
    from = end;
  }
  return sentences;
}

const DECORATION = /^(?:[^\p{L}\p{N}`<$({]|\((?=\d+\)))+/u;
const NUMBERING = /^(?:(?:step|phase|part|section|stage|task)\s+)?(?:\d+(?:\.\d+)*|[a-z](?=[.)]\s))[.):\s–—-]+/i;
const LABEL =
  /^(?:\[?!?(?:note|important|warning|caution|danger|tip|attention|hint|nb|remark|info)\]?!?\s*[:–—-]?\s+|please\s+)/i;

/** A sentence without the emoji, number, or word such as "Warning:" that it is decorated with. */
export function bare(sentence: string): string {
  let text = sentence;
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(DECORATION, '').replace(NUMBERING, '').replace(LABEL, '');
  }
  return text;
}
