/**
 * Whether two values would be written down as the same canonical JSON. `recorded` was parsed from
 * JSON; `made` may hold anything.
 */
export function sameJson(recorded: unknown, made: unknown): boolean {
  if (typeof recorded !== 'object' || recorded === null) return recorded === made;
  if (typeof made !== 'object' || made === null) return false;
  if (Array.isArray(recorded)) {
    if (!Array.isArray(made) || made.length !== recorded.length) return false;
    // Most are numbers, which need no call.
    for (let i = 0; i < recorded.length; i++) {
      if (recorded[i] !== made[i] && !sameJson(recorded[i], made[i])) return false;
    }
    return true;
  }
  if (Array.isArray(made) || !isPlain(made)) return false;
  const keys = Object.keys(recorded);
  if (Object.keys(made).length !== keys.length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(made, key)) return false;
    if (!sameJson((recorded as Record<string, unknown>)[key], (made as Record<string, unknown>)[key])) return false;
  }
  return true;
}

function isPlain(value: object): boolean {
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
}
