/** What reads a run's folder, without what conducts and judges runs. */
export * from './run-folder/run-folder.js';
