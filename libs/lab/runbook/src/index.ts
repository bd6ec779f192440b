export { readRunbook } from './runbook.js';
export type { PassedOver, Runbook, RunbookCommand, Section } from './runbook.js';
export type { CodePiece, Piece, ProsePiece } from './markdown/pieces.js';
export type { PathPart } from './markdown/path.js';
export { splitLine } from './shell/split-line.js';
export type { Joiner, ShellCommand } from './shell/split-line.js';
export { applyPipe } from './shell/apply-pipe.js';
export { bind, placeholdersOf } from './shell/placeholders.js';
export type { At } from './markdown/bad-line.js';
