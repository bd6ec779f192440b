/** The vendor's commands and layouts over a plain view of a fabric, and what its own output says of one. */
export { carryOutCommand, searchFilter } from './grammar/carry-out.js';
export type { Circumstances } from './grammar/carry-out.js';
export type {
  Act,
  Answers,
  CommandRow,
  Here,
  HereRole,
  MemberFound,
  Outcome,
  SoftwareOrder,
} from './grammar/command.js';
export { completions } from './grammar/complete.js';
export { GRAMMAR } from './grammar/grammar.js';
export { commandList, withGrammarTable } from './grammar/page.js';
export { isShownAgain, readCommand, usageOf, wordsOf } from './grammar/parse-command.js';
export { readMembers } from './grammar/member-set.js';
export type { ReadCommand, Spread } from './grammar/parse-command.js';
export { goesOn } from './layouts/dialogue.js';
export type { Question } from './layouts/dialogue.js';
export type { FoundRow, SearchFilter } from './layouts/asg-search.js';
export { SEARCH_ROWS } from './layouts/asg-search.js';
export { BASES, textOf } from './text/line.js';
export type { Basis, Line } from './text/line.js';
export { isoTime } from './text/time.js';
export { hostName, isR82, isUp } from './view/fabric-view.js';
export { nodeOfHost } from './view/node-of-host.js';
export type { FabricView, MemberView, OrchestratorView, SoftwareView } from './view/fabric-view.js';
export { foldLog } from './view/fold-log.js';
export { momentOf } from './view/moment.js';
export type { MomentParts } from './view/moment.js';
export { liveView } from './view/live-view.js';
export { recordedView } from './view/recorded-view.js';
export type { SampledMoment, SampledRates } from './view/recorded-view.js';
export { ImportError } from './import/findings.js';
export type { Imported } from './import/findings.js';
export { readPaste } from './import/read-paste.js';
export { draftFabric } from './import/to-fabric.js';
export type { FabricDraft } from './import/to-fabric.js';
