import { FAULT_ARGS, type FaultArg } from './fault-args.js';
import { argFlag, FAULT_KINDS, FAULTS } from './table.js';

export const PAGE_BEGIN = '<!-- from the table of faults: begin -->';
export const PAGE_END = '<!-- from the table of faults: end -->';

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

/** The part of docs/faults.md that says of each fault what it does and what it may lose. */
export function faultPage(): string {
  const parts = FAULT_KINDS.map((kind) => {
    const fault = FAULTS[kind];
    const words = [kind, fault.on.length === 1 && fault.on[0] === 'bus' ? 'bus' : 'TARGET'];
    if (fault.hasTo) words.push('[TO]');
    const takes = (fault.takes as readonly FaultArg[]).map((arg) => {
      const sure = (fault.requires as readonly FaultArg[]).includes(arg);
      return `| \`${argFlag(arg)}\`${sure ? ' (needed)' : ''} | ${FAULT_ARGS[arg].description} |`;
    });
    return [
      `### ${kind}`,
      '',
      sentence(fault.about),
      '',
      '```',
      `rehearse fault ${words.join(' ')}`,
      '```',
      '',
      ...(takes.length === 0 ? [] : ['| option | what it does |', '|---|---|', ...takes, '']),
      `- Done to: ${fault.on.join(', ')}.`,
      `- Live: ${fault.live}.`,
      `- Simulated: ${fault.simulated}.`,
      `- May lose: ${fault.mayLose}.`,
      '',
    ].join('\n');
  });
  return parts.join('\n');
}

/** A page with what stands between the two marks written anew. @throws Error without the marks */
export function withFaultPage(text: string): string {
  const begin = text.indexOf(PAGE_BEGIN);
  const end = text.indexOf(PAGE_END);
  if (begin < 0 || end < begin) throw new Error(`the page needs the marks ${PAGE_BEGIN} and ${PAGE_END}`);
  return `${text.slice(0, begin)}${PAGE_BEGIN}\n\n${faultPage()}\n${text.slice(end)}`;
}
