/** What the command needs where somebody sits at a terminal. */
export * from './live/prompter.js';
export * from './live/screen.js';
