/** Where a decision belongs in the timeline. */
export const LANES = ['faults', 'members', 'slots', 'copies', 'orchestrators', 'policy', 'upgrade', 'run'] as const;
export type Lane = (typeof LANES)[number];

/** How it is for the traffic. */
export type Mood = 'bad' | 'good' | 'plain';

export interface Said {
  readonly lane: Lane;
  readonly mood: Mood;
  readonly text: string;
}

type Of<E extends { type: string }, T extends E['type']> = Extract<E, { type: T }>;
/** What each event of a machine says to an operator; null: nothing worth a line. */
export type Words<E extends { type: string }> = { readonly [T in E['type']]: (event: Of<E, T>) => Said | null };

export const say = (lane: Lane, mood: Mood, text: string): Said => ({ lane, mood, text });
