import type { LabStatus } from './status.js';

/** Names of the rules whose connections are deferred, as any orchestrator that answers sees it; [] while none is. */
export function deferredRules({ orchestrators }: Pick<LabStatus, 'orchestrators'>): readonly string[] {
  for (const { detail } of orchestrators) {
    const said = detail['deferral'] as { readonly isOn: boolean; readonly rules: readonly string[] } | undefined;
    if (said?.isOn === true) return said.rules;
  }
  return [];
}
