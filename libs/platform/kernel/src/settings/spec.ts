/** How sure a number or behaviour is. */
export const CERTAINTIES = ['documented', 'recalled', 'inferred', 'ours'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

interface Common {
  /** Of the value; '' where it has none. */
  readonly unit: string;
  readonly certainty: Certainty;
  /** Row of docs/fidelity.md. */
  readonly fidelity: `F-${string}`;
  /** One sentence on what it does. */
  readonly about: string;
  /** The part of the fabric it acts in. */
  readonly where: string;
}

export interface IntSpec extends Common {
  readonly kind: 'int';
  readonly min: number;
  readonly max: number;
  readonly vendor: number;
  readonly lossless: number;
  /** Values it may well have in a real fabric, ascending: what `rehearse sensitivity` tries. */
  readonly plausible?: readonly number[];
}

export interface BoolSpec extends Common {
  readonly kind: 'bool';
  readonly vendor: boolean;
  readonly lossless: boolean;
}

export interface ChoiceSpec extends Common {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly vendor: string;
  readonly lossless: string;
}

/** A list of short words (`dns`, `udp-514`). */
export interface ListSpec extends Common {
  readonly kind: 'list';
  readonly vendor: readonly string[];
  readonly lossless: readonly string[];
}

export type SettingSpec = IntSpec | BoolSpec | ChoiceSpec | ListSpec;

/** What a setting's value may be, by its spec. */
export type ValueOf<S extends SettingSpec> = S extends ChoiceSpec
  ? S['choices'][number]
  : S extends IntSpec
    ? number
    : S extends BoolSpec
      ? boolean
      : readonly string[];
