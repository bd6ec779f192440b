import { ImportError, type Finding, type Imported } from './findings.js';

export const isCpinfo = (text: string): boolean =>
  /CPinfo Build|_JUMBO_HF_MAIN|Jumbo Hotfix Accumulator take|software version R\d/i.test(text);

/**
 * Reads `cpinfo -y all`, `installed_jumbo_take` or `fw ver`: the release and the jumbo's take.
 * @throws ImportError where there is neither
 */
export function readCpinfo(text: string, file: string): Imported {
  let release: Finding<string> | undefined;
  let take: Finding<number> | undefined;
  const left: Finding<string>[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    const at = <T>(value: T): Finding<T> => ({ value, file, line: i + 1 });
    const hotfix = /(?:HOTFIX|BUNDLE)_(R\d{2}(?:_\d{1,2})*)_JUMBO_HF_MAIN(?:\s+Take:?\s*(\d{1,4})\b)?/i.exec(line);
    if (hotfix !== null) {
      release ??= at(hotfix[1]!.replaceAll('_', '.'));
      if (hotfix[2] !== undefined) take ??= at(Number(hotfix[2]));
      return;
    }
    const sentence = /(R\d{2}(?:\.\d{1,2})*) Jumbo Hotfix Accumulator take (\d{1,4})\b/i.exec(line);
    if (sentence !== null) {
      release ??= at(sentence[1]!);
      take ??= at(Number(sentence[2]));
      return;
    }
    const version = /software version (R\d{2}(?:\.\d{1,2})*)/i.exec(line);
    if (version !== null) release ??= at(version[1]!);
    else if (/^\s+(HOTFIX|BUNDLE)_\S+/.test(line)) left.push(at(line.trim().replace(/\s+/g, ' ')));
  });
  if (release === undefined && take === undefined) {
    throw new ImportError(
      file,
      1,
      'There is no release and no jumbo hotfix in this cpinfo.',
      'Paste the output of cpinfo -y all, with its lines that end in Take: NUMBER.',
    );
  }
  return {
    kind: 'cpinfo',
    left,
    ...(release !== undefined && { release }),
    ...(take !== undefined && { take }),
  };
}
