import { z } from 'zod';
import type { Verb } from './verb.js';

/** A field of a verb's input as the command line sees it. */
export interface OptionSpec {
  readonly field: string;
  /** `--reboot-after-ms` */
  readonly flag: string;
  readonly kind: 'flag' | 'integer' | 'number' | 'text' | 'list';
  readonly choices: readonly string[];
  readonly about: string;
  readonly required: boolean;
  readonly default: unknown;
}

interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
}

/** Every field of a verb's input, positional ones included, in their order. */
export function optionsOf(verb: Verb): OptionSpec[] {
  const schema = z.toJSONSchema(verb.input, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, FieldSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(schema.properties ?? {}).map(([field, s]) => ({
    field,
    flag: `--${field.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
    kind: kindOf(s.type),
    choices: s.enum ?? [],
    about: s.description ?? '',
    required: schema.required?.includes(field) ?? false,
    default: s.default,
  }));
}

function kindOf(type: string | undefined): OptionSpec['kind'] {
  if (type === 'boolean') return 'flag';
  if (type === 'integer' || type === 'number') return type;
  return type === 'array' ? 'list' : 'text';
}

/** `rehearse fault KIND TARGET [options]` */
export function usageOf(verb: Verb): string {
  const options = optionsOf(verb);
  const places = verb.positionals.map((field) => {
    const option = options.find((o) => o.field === field)!;
    const word = field.toUpperCase() + (option.kind === 'list' ? '…' : '');
    return option.required ? word : `[${word}]`;
  });
  const tail = options.find((o) => o.field === verb.tail);
  const command = tail === undefined ? '' : `-- ${tail.field.toUpperCase()}…`;
  const last = command === '' ? [] : [tail?.required === true ? command : `[${command}]`];
  const named = options.length > verb.positionals.length + last.length;
  return ['rehearse', verb.path, ...places, ...(named ? ['[options]'] : []), ...last].join(' ');
}
