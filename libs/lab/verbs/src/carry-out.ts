/** What the command needs to carry out a verb here, and no verb among it. */
export * from './registry/carry-out.js';
export * from './registry/help.js';
export * from './registry/parse-args.js';
