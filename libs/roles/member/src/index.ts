/** The Security Group Member: serves its slots, keeps their backups in step, holds copies for others. */
export type { MemberConfig, MemberProbe } from './config.js';
export { createMember } from './member.js';
