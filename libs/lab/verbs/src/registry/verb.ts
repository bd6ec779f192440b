import type { AssessOutcome } from '../assess/assess-once.js';
import type { AssessCase } from '../assess/cases.js';
import type { ProcedureWords } from '../assess/procedure.js';
import type { TimedRun } from '../window/time-once.js';
import type { Checkpoint, SiteTree, Verifier } from '@rehearsal/audit';
import type { Lab, LabStatus, RunRecord } from '@rehearsal/lab-port';
import type { LiveLab, Outcome } from '../client.js';
import type { Explored, RunResult, Schedule, StandingLab, Workbench } from '@rehearsal/experiment';
import type { AnyMachine, Settings } from '@rehearsal/kernel';
import type { CaptureLimits } from '@rehearsal/traffic';
import type { StateMark } from '@rehearsal/whatif';
import type { z } from 'zod';

/** Exit codes: `deviated` also says that a log was altered; `differs` is of `verify` alone. */
export const EXIT = { ok: 0, deviated: 1, badInput: 2, environment: 3, differs: 4 } as const;

/** Settings of the command line: `--set profile=lossless --set ccp.deadMultiplier=5`. */
export interface SetWords {
  readonly profile?: 'vendor' | 'lossless';
  /** By setting name, as text. */
  readonly settings: Readonly<Record<string, string>>;
  /** As given, to say the same again. */
  readonly words: readonly string[];
}

/** What re-deciding a run's log came to. */
export interface VerifyReport {
  readonly kind: 'ok' | 'tampered' | 'decides-differently';
  readonly commits: number;
  /** Commits that were decided again and came out the same. */
  readonly decided: number;
  /** What is wrong, with its place. */
  readonly problems: readonly string[];
  /** What this does not show. */
  readonly limits: readonly string[];
  readonly [field: string]: unknown;
}

/** Checkpoints that a run's log has to fit. */
export interface HeldCheckpoints {
  /** How they name the run. */
  readonly fabric: string;
  readonly run: string;
  readonly checkpoints: readonly Checkpoint[];
  /** Undefined: whose signatures they have is not looked at. */
  readonly verifier: Verifier | undefined;
}

/** A run's archive beside its log. */
export interface ArchivedRun {
  /** What holds it, for people. */
  readonly about: string;
  /** Over what is archived of the run. */
  readonly tree: SiteTree;
  /** Commits at the end of the run's log that are not archived. */
  readonly lag: number;
  /** Where the two do not agree, in words. */
  readonly problems: readonly string[];
}

/** One seed of many. */
export interface SeedOutcome {
  readonly seed: number;
  readonly result?: RunResult;
  /** Why there is no result. */
  readonly error?: string;
}

export interface SeedsRequest {
  readonly experiment: string;
  readonly from: number;
  readonly to: number;
  readonly runsFolder: string;
  readonly set: SetWords;
}

/** One simulated run of many. */
export interface PlannedRun {
  readonly seed: number;
  /** Words of `--set` on top of those of all runs. */
  readonly set: readonly string[];
}

/** A procedure and the ways to go through it; plain JSON. */
export interface AssessRequest {
  readonly words: ProcedureWords;
  readonly set: SetWords;
  readonly runsFolder: string;
  readonly cases: readonly AssessCase[];
}

/** A procedure and the seeds whose chances it is gone through with; plain JSON. */
export interface TimesRequest {
  readonly words: ProcedureWords;
  readonly set: SetWords;
  readonly runsFolder: string;
  readonly from: number;
  readonly to: number;
}

export interface RunsRequest {
  readonly experiment: string;
  readonly runsFolder: string;
  readonly set: SetWords;
  readonly runs: readonly PlannedRun[];
}

export interface RunOutcome extends SeedOutcome {
  /** Which of the planned runs it is. */
  readonly index: number;
}

/** One seed that was explored. */
export interface ExploreOutcome {
  readonly seed: number;
  readonly explored?: Explored;
  /** Where something was found: the smallest schedule that shows it, as far as it was sought. */
  readonly smallest?: Schedule;
  /** Why there is no outcome. */
  readonly error?: string;
}

export interface ExploreRequest {
  /** Fabric file. */
  readonly fabric: string;
  readonly from: number;
  readonly to: number;
  /** No seed is begun after so many ms. */
  readonly withinMs: number;
  readonly mode?: Schedule['mode'];
  /** A schedule file instead of what the seed draws. */
  readonly schedule?: string;
  /** Whether a failing schedule is shrunk. */
  readonly shrink: boolean;
  readonly set: SetWords;
}

/** A recorded run that is gone through again, and otherwise from a commit on. */
export interface ForkRequest {
  /** Of the recorded run. */
  readonly folder: string;
  /** Sequence of the last commit that both have. */
  readonly seq: number;
  /** All of them, as they are from there on. */
  readonly settings: Settings;
  /** Seeds of the chances from there on. */
  readonly from: number;
  readonly to: number;
  readonly runsFolder: string;
}

/** By name; null where there is nothing to count. */
export type ForkFigures = Readonly<Record<string, number | null>>;

/** What the record comes to by itself. */
export interface ForkOriginal {
  /** Title of the experiment. */
  readonly experiment: string;
  /** None of a run of real processes. */
  readonly seed: number | null;
  readonly figures: ForkFigures;
  /** After the last commit that forks have in common with it. */
  readonly states: readonly StateMark[];
}

/** Connections that a fork begins with beside those that a run of real processes had then, by members' flow records. */
export interface HeldFlows {
  /** That the record has open at the fork. */
  readonly open: number;
  /** Of them: served by the same member for the same slot; by another; not open in the fork. */
  readonly alike: number;
  readonly elsewhere: number;
  readonly missing: number;
  /** Open in the fork alone. */
  readonly more: number;
  /** Open ones that a backup had acknowledged, in the record and in the fork. */
  readonly inStep: number;
  readonly inStepHere: number;
}

/** One fork of many; without figures where it came to no end. */
export interface ForkOutcome {
  readonly seed: number;
  readonly figures?: ForkFigures;
  /** Packets whose fate nobody can name. */
  readonly unexplained?: number;
  readonly states?: readonly StateMark[];
  /** Of a run of real processes. */
  readonly held?: HeldFlows;
  /** Whether its whole log and all that became of its connections is as recorded, byte for byte. */
  readonly same?: boolean;
  /** Why there are no figures. */
  readonly error?: string;
  /** What to do where it is the record that is to blame, so that any other seed would find the same. */
  readonly remedy?: string;
}

export interface CapacityRequest {
  /** A run's folder; else the fabric file. */
  readonly run?: string;
  readonly fabric?: string;
  /** What one member carries. */
  readonly limitPacketsPerSec: number | null;
  readonly set: SetWords;
}

/** A group with some members lost: who carries what. Whole numbers; connections are those open at a time. */
export interface Situation {
  readonly lost: readonly string[];
  readonly members: readonly {
    readonly member: string;
    readonly slots: number;
    /** Of all slots, and what its weight would make it. */
    readonly sharePerMille: number;
    readonly duePerMille: number;
    readonly packetsPerSec: number;
    readonly connections: number;
    /** Without a backup at this moment. */
    readonly exposedConnections: number;
  }[];
  readonly busiest: { readonly member: string; readonly packetsPerSec: number } | null;
  /** By all the losses that led here. */
  readonly connectionsLost: number;
  readonly connectionsExposed: number;
}

export interface CapacityReport {
  readonly source: string;
  readonly profile: string;
  readonly limitPacketsPerSec: number | null;
  /** Any one member may be lost: no connection is, and nobody has more than the limit. */
  readonly nPlusOne: boolean;
  readonly now: Situation;
  /** The worst loss; null where nobody is left to lose. */
  readonly afterOne: Situation | null;
  /** The worst two: before copies are made, and after. */
  readonly afterTwoAtOnce: Situation | null;
  readonly afterTwoLater: Situation | null;
  /** For each first loss, what the worst second one costs. */
  readonly secondFailure: readonly {
    readonly first: string;
    readonly connectionsLostAtOnce: number;
    readonly connectionsLostLater: number;
  }[];
}

export interface UpRequest {
  /** Fabric file, as a path that can be opened from anywhere. */
  readonly fabric: string;
  /** The name it must have; default: the fabric's, or that and a number. */
  readonly name?: string | undefined;
  readonly links: boolean;
  /** Whether the log is archived. */
  readonly archive: boolean;
  /** How many packets are captured; absent: none. */
  readonly packetCapture?: CaptureLimits | undefined;
  readonly traffic: boolean;
  readonly runsFolder: string;
  /** The command line that does the same again. */
  readonly command: string;
  readonly set: SetWords;
}

/** A lab that is up, as its supervisor says. */
export interface UpReport {
  readonly name: string;
  readonly run: string;
  readonly folder: string;
  /** Its supervisor's. */
  readonly pid: number;
  readonly tookMs: number;
  readonly status: LabStatus;
}

/** The machines that write to a log, as they are today. */
export interface Machines {
  /** By kind. */
  readonly machines: Readonly<Record<string, AnyMachine>>;
  /** Hash of their code. */
  build(): Promise<string>;
}

export interface DossierRequest {
  /** Perhaps a run, two ends, perhaps a protocol. */
  readonly words: readonly string[];
  readonly runsFolder: string;
}

/** One line of a connection's story. */
export interface StoryLine {
  /** ms since the epoch. */
  readonly atMs: number;
  readonly kind: 'begins' | 'held' | 'copied' | 'member' | 'decided' | 'fault' | 'packets' | 'followed' | 'ends';
  /** Of a decision its commit, of packets where they came in, of what a member reported the member. */
  readonly place: string;
  readonly text: string;
}

/** What a member reported of a connection. */
export interface ReportedFlow {
  /** ms since the epoch, by the member's clock. */
  readonly atMs: number;
  readonly member: string;
  readonly kind: string;
  /** Of the slot table that it had folded. */
  readonly version: number;
  readonly slot: number;
  /** The other member it is about. */
  readonly peer: string | null;
  readonly reason: string | null;
  /** The initiator's, the responder's; of its whole life as this member knows it. */
  readonly packets: readonly [number, number];
  /** Of what this member let pass. */
  readonly bytes: readonly [number, number];
  /** Packets of it that other members handed on. */
  readonly corrected: number;
  readonly text: string;
}

/** Everything a run has of one connection. */
export interface Dossier {
  readonly id: number;
  readonly tuple: string;
  readonly service: string;
  readonly outcome: 'unstarted' | 'open' | 'done' | 'reset' | 'gave_up';
  /** Null where its ends do not say. */
  readonly home: number | null;
  readonly otherSlots: readonly number[];
  /** Why it did not end well. */
  readonly cause: string | null;
  readonly fault: string | null;
  readonly alsoWithoutFaults: boolean;
  readonly packets: {
    readonly sent: number;
    readonly delivered: number;
    /** By reason. */
    readonly dropped: Readonly<Record<string, number>>;
    readonly lost: Readonly<Record<string, number>>;
    readonly unexplained: number;
    readonly duplicated: number;
    readonly resent: number;
  };
  /** What members reported of it, in the order it happened; null where the run kept none. */
  readonly reported: readonly ReportedFlow[] | null;
  /** In order of time. */
  readonly story: readonly StoryLine[];
}

export interface DossierReport {
  readonly run: string;
  readonly startedAtMs: number;
  /** Whether the run lists every packet that did not come out one by one. */
  readonly areAllListed: boolean;
  readonly connections: readonly Dossier[];
}

export interface PublishReport {
  readonly commits: { readonly to: string; readonly published: number };
  /** Null where there is no key that signs any. */
  readonly checkpoints: { readonly to: string; readonly covered: number } | null;
}

/** What verbs need of the rest of the house; whoever composes the command hands it in. */
export interface Services {
  /** The folder of examples, tools and the default place of runs. */
  readonly root: string;
  bench(): Promise<Workbench>;
  /**
   * @param withCurrent decides again with today's code instead of the run's own
   * @param held checkpoints that were kept elsewhere, and the key that signed them
   * @param isArchive looks at the run's log in its archive instead of the one in its folder
   */
  verify(folder: string, withCurrent: boolean, held?: HeldCheckpoints, isArchive?: boolean): Promise<VerifyReport>;
  /** Compares what is archived of a run that is over with its log. @throws LabError where it cannot be read */
  archived(folder: string): Promise<ArchivedRun>;
  /** Publishes the rest of an archived run. @throws LabError where something is not published */
  publish(folder: string): Promise<PublishReport>;
  /** Runs seeds on several workers; `on` hears of each as it ends, in any order. */
  seeds(request: SeedsRequest, on: (outcome: SeedOutcome) => void): Promise<void>;
  /** Conducts planned runs on several workers; `on` hears of each as it ends, in any order. */
  runs(request: RunsRequest, on: (outcome: RunOutcome) => void): Promise<void>;
  /** Goes through a procedure on several workers; `on` hears of each way as it ends, in any order. */
  assess(request: AssessRequest, on: (outcome: AssessOutcome) => void): Promise<void>;
  /** Goes through a procedure once a seed, on several workers; `on` hears of each as it ends, in any order. */
  times(request: TimesRequest, on: (run: TimedRun) => void): Promise<void>;
  /** Explores seeds on several workers; `on` hears of each as it ends, in any order. */
  explore(request: ExploreRequest, on: (outcome: ExploreOutcome) => void): Promise<void>;
  forkOriginal(request: Pick<ForkRequest, 'folder' | 'seq'>): Promise<ForkOriginal>;
  /** Forks a recorded run on several workers; `on` hears of each as it ends, in any order. */
  forks(request: ForkRequest, on: (outcome: ForkOutcome) => void): Promise<void>;
  capacity(request: CapacityRequest): Promise<CapacityReport>;
  /** @throws LabError (bad input) where no connection has these ends, or too many do */
  dossier(request: DossierRequest): Promise<DossierReport>;
  machines(): Promise<Machines>;
  /** Starts a lab that stays up by itself, and waits until it is. @throws LabError where it does not come up */
  up(request: UpRequest, say: (line: string) => void): Promise<UpReport>;
  benchmarks(options: { readonly smoke: boolean }): Promise<unknown>;
  /** Sentences about what is wrong with a rulebase; none when it can be compiled. */
  checkPolicy(rulebase: unknown): Promise<readonly string[]>;
}

/** A lab at hand, in this process. */
export interface LabAtHand {
  readonly lab: Lab;
  readonly name: string;
  readonly run: string;
  /** Where it stays up until it is taken down. */
  readonly standing?: StandingLab;
  /** Where its page of metrics is. */
  readonly metricsUrl?: string;
  /** Runs before a fault, with its words. */
  beforeFault(fault: string): Promise<void>;
}

export interface VerbContext {
  readonly services: Services;
  readonly set: SetWords;
  readonly runsFolder: string;
  /** Where `needs` is `lab`. */
  readonly lab?: LabAtHand;
  /** One line for people, on standard error. */
  say(line: string): void;
  /** Text on standard output before the verb has come to its end; nobody hears it where there is none. */
  readonly out?: (text: string) => void;
  /** Aborted when whoever asked has gone away. */
  readonly gone?: AbortSignal;
  /** Whether what comes before the end is for programs. */
  readonly json?: boolean;
  /** The folder that whoever asked stands in, where that is another process. */
  readonly cwd?: string;
}

/** Puts a question to whoever calls; undefined when there is nobody, or no more answer. */
export type Ask = (question: string) => Promise<string | undefined>;

/** Has the lab at hand carry a command line out. */
export type AskLab = (argv: readonly string[]) => Promise<Outcome>;

/**
 * One thing that can be asked for. Command line, help, arguments of experiments and the pages under
 * docs/verbs all come from this.
 */
export interface Verb<In extends z.ZodObject = z.ZodObject, Out = unknown> {
  /** Its words: `capture info`. */
  readonly path: string;
  readonly summary: string;
  /** A paragraph or two for the page. */
  readonly about?: string;
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  /** Fields of `input` that are given by their place; the last may be a list. */
  readonly positionals: readonly string[];
  /** The list field that takes all words after `--` as they stand; without one they are places like others. */
  readonly tail?: string;
  /** Fields are optional, or have a place; booleans are flags. */
  readonly input: In;
  readonly output: z.ZodType;
  readonly needs: 'nothing' | 'run' | 'lab';
  /** Whether it is for a lab that stays up, and nothing for an experiment. */
  readonly onlyStanding?: boolean;
  /** Where no lab is needed: whether, given these words, one carries it out all the same. */
  asksLab?(input: z.output<In>): boolean;
  /** Does without the lab's process what that one cannot be asked for; undefined: it is asked. */
  fromOutside?(input: z.output<In>, lab: LiveLab, context: VerbContext): Promise<Outcome | undefined>;
  readonly effect: 'read' | 'act';
  /**
   * Where a lab's process carries the verb out: asks in the caller's process what is missing, and gives the words to
   * pass on. `askLab` has the lab carry out another command line. Rejects with LabError as `handle` does.
   */
  prepare?(words: readonly string[], ask: Ask, askLab: AskLab): Promise<readonly string[]>;
  /** The document of `--json`. Rejects with LabError for what cannot be. */
  handle(input: z.output<In>, context: VerbContext): Promise<Out>;
  /** The same for people, who stand in that folder. */
  render(output: Out, cwd: string): string;
  /** Default: 0. */
  exitCode?(output: Out): number;
}

/** Keeps the types of one verb together; the registry holds them all as `Verb`. */
export function verb<In extends z.ZodObject, Out>(definition: Verb<In, Out>): Verb {
  return definition as unknown as Verb;
}

export type { RunRecord };
