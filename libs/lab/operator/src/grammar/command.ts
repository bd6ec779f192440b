import type { SoftwareEvent } from '@rehearsal/software';
import type { Answers, Question } from '../layouts/dialogue.js';
import type { MemberFound, SearchFilter } from '../layouts/asg-search.js';
import type { Basis, Line } from '../text/line.js';
import type { FabricView } from '../view/fabric-view.js';

export type HereRole = 'member' | 'orchestrator';

/** Where a command is typed. */
export interface Here {
  readonly role: HereRole;
  readonly id: string;
}

export interface OptionRow {
  /** `-b`, or a word: `member_ids`. */
  readonly flag: string;
  readonly about: string;
  /** What follows it; a flag without one stands alone. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Must be said. */
  readonly required?: boolean;
  /** Where it differs from the command's. */
  readonly basis?: Basis;
}

/** Words after the command and its options. */
export interface PlacesRow {
  readonly name: string;
  readonly about: string;
  readonly least: number;
  readonly most: number;
  readonly choices?: readonly string[];
}

/** A command line that has been understood. */
export interface ParsedCommand {
  readonly row: CommandRow;
  readonly options: Readonly<Record<string, string>>;
  readonly places: readonly string[];
}

export interface Call extends ParsedCommand {
  readonly view: FabricView;
  readonly here: string;
  /** What members found of connections; null where nobody could be asked. */
  readonly found: readonly MemberFound[] | null;
  readonly answers: Answers;
}

/** Something to be done to members, by the name of a fault of the lab, or a setting that they keep. */
export interface Act {
  readonly fault: 'admin' | 'cpstop' | 'cpstart' | 'reboot' | 'auto-clone' | 'distribution';
  readonly members: readonly string[];
  readonly args: Readonly<Record<string, unknown>>;
  /** What is said once it is done. */
  readonly after: readonly Line[];
}

/** Something to be put to whoever decides what is on the disks of appliances. */
export interface SoftwareOrder {
  /** An input of the machine of software, but for its id and time. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: { readonly name: string; readonly known: 'asserted' };
  /** What is said once it is decided, for some appliances perhaps otherwise than for others. */
  after(events: readonly SoftwareEvent[]): readonly Line[];
  /** What is said where nothing of it is done. */
  refused(reason: string): readonly Line[];
}

/** What a command comes to. */
export interface Outcome {
  readonly page: readonly Line[];
  /** What it asked and was answered, in front of the page. */
  readonly dialogue?: readonly Line[];
  /** What it has to be answered before it does anything. */
  readonly asks?: readonly Question[];
  readonly act?: Act;
  /** Put one after the other; where one is refused the others are not. */
  readonly orders?: readonly SoftwareOrder[];
  /** The command says that it cannot be done. */
  readonly failed?: true;
  /** A failure bundle to be written to a file. */
  readonly bundle?: string;
}

/** One command of the vendor's, and how sure it is that it looks so. */
export interface CommandRow {
  readonly words: string;
  /** As people type it, where that is not `words` and its options. */
  readonly usage?: string;
  readonly about: string;
  readonly on: readonly HereRole[];
  readonly effect: 'read' | 'act';
  readonly basis: Basis;
  /** As engineers write it in their runbooks: the vendor documents no such command. */
  readonly dialect?: 'field';
  /** Id in docs/fidelity.md. */
  readonly fidelity: string;
  readonly options: readonly OptionRow[];
  readonly places?: PlacesRow;
  /** What it needs beyond a look at the fabric: a second look a while later, or a search in members' tables. */
  readonly needs?: 'rates' | 'search';
  /** At a terminal it is shown again each second, until somebody ends it. */
  readonly again?: true;
  /** What the vendor shows there and this lab has no source for. */
  readonly lacks?: string;
  /** It asks before it does anything. */
  readonly asks?: true;
  /** @throws LabError (bad input) for words that make no sense together */
  handle(call: Call): Outcome;
}

export type { Answers, MemberFound, Question, SearchFilter };
