/** A module that breaks the rule on purpose: the purity spec expects that loading it fails. */
export const startedAt = Date.now();
