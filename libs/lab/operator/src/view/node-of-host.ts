import type { Here } from '../grammar/command.js';

/** Who answers to a name: `SG1-ch01-03`, `SG1-s01-03`, `1_03`, a member's `192.0.2.3`, or `MHO-1_1`. */
export function nodeOfHost(host: string): Here | undefined {
  const member = /^(?:.+-(?:ch|s)(?<site>\d{2})-|(?<short>\d{1,2})_)(?<id>\d{2})$/.exec(host)?.groups;
  if (member !== undefined)
    return { role: 'member', id: `${Number(member['site'] ?? member['short'])}_${member['id']}` };
  const address = /^192\.0\.2\.(\d{1,2})$/.exec(host)?.[1];
  if (address !== undefined) return { role: 'member', id: `1_${address.padStart(2, '0')}` };
  const orchestrator = /^(?:MHO-)?(\d{1,2}_\d)$/i.exec(host)?.[1];
  return orchestrator === undefined ? undefined : { role: 'orchestrator', id: orchestrator };
}
