import type { Principal } from './commit.js';
import type { Input } from './machine.js';

/** A schema of a machine's inputs, as far as it is asked here. */
interface InputSchema {
  safeParse(input: unknown):
    | { readonly success: true }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/** Looks at inputs from outside before a machine decides; `what` as in `not an input of the security group`. */
export function checkBy(schema: InputSchema, what: string): (input: Input) => string | undefined {
  return (input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return undefined;
    const [issue] = parsed.error.issues;
    return `not an input of ${what}: ${issue?.path.join('.')} ${issue?.message}`;
  };
}

/** Who gave a command, where its words say so. */
export function principalOf(args: Readonly<Record<string, unknown>>): Principal {
  const given = args['principal'] as Partial<Principal> | undefined;
  if (typeof given?.name === 'string' && typeof given.known === 'string') return given as Principal;
  return { name: 'operator', known: 'asserted' };
}
