import { KNOWN_ISSUES, type KnownIssue } from './known-issues.js';
import { softwareText, type Software } from './software.js';

/**
 * What is open at this software (fidelity: F-KNOWN-ISSUES).
 *
 * @param issues another list, for a lab that assumes another take of a fix
 */
export function issuesOf({ release, take }: Software, issues: readonly KnownIssue[] = KNOWN_ISSUES): KnownIssue[] {
  return issues.filter((issue) => issue.release === release && take < issue.fixedInTake);
}

/** Those that have every word of the text in their id or description; all for a text without words. */
export function searchIssues(text: string, issues: readonly KnownIssue[] = KNOWN_ISSUES): KnownIssue[] {
  const words = text.toLowerCase().match(/\S+/g) ?? [];
  return issues.filter((issue) => {
    const { id, release, what, trigger, effect } = issue;
    const told = [id, release, what, trigger, effect].join(' ').toLowerCase();
    return words.every((word) => told.includes(word));
  });
}

/**
 * What is open before and not known of after going from one software to the other. An issue is known of one release
 * only, so going to another release closes all of them.
 */
export function fixedBy(from: Software, to: Software, issues: readonly KnownIssue[] = KNOWN_ISSUES): KnownIssue[] {
  const after = issuesOf(to, issues);
  return issuesOf(from, issues).filter((issue) => !after.includes(issue));
}

/** The cause in words, with the vendor's id and how sure the fix is where it is not of the vendor's telling. */
export function sentence(issue: KnownIssue): string {
  const { id, idBy, what, release, fixedInTake, fixCertainty } = issue;
  const named = idBy === 'vendor' ? id : `${id} (a name of this lab; the vendor's id is not public)`;
  const doubt = ASSUMED.includes(fixCertainty) ? ', as this lab assumes: the take is not public' : '';
  return `${named}: ${what}; fixed in ${softwareText({ release, take: fixedInTake })}${doubt}.`;
}

const ASSUMED: readonly string[] = ['inferred', 'ours'];
