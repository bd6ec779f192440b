/** Operators' runbooks: what of a Markdown file is typed, what it orders people to do, and what it lacks. */
export { readRunbook } from './runbook.js';
export type { PassedOver, Runbook, RunbookCommand, Section } from './runbook.js';
export type { CodePiece, Piece, ProsePiece } from './markdown/pieces.js';
export type { PathPart } from './markdown/path.js';
export { splitLine } from './shell/split-line.js';
export type { Joiner, ShellCommand } from './shell/split-line.js';
export { applyPipe } from './shell/apply-pipe.js';
export { bind, placeholdersOf } from './shell/placeholders.js';
export { selectCommands } from './select.js';
export type { Choice, LeftOut, Selection } from './select.js';
export { ordersOf } from './orders/orders.js';
export type { Order } from './orders/orders.js';
export { notExecuted } from './orders/not-executed.js';
export type { CommandRun } from './orders/not-executed.js';
export type { Topic } from './orders/topics.js';
export { contextAfter, hostOf, lastHost, NO_HOPS, targetOf } from './context.js';
export type { HostTarget, Hop } from './context.js';
export type { At } from './markdown/bad-line.js';
