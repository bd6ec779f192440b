/** The subject map with its grants, the frame layouts and their codecs, and the ids of fabric parts. */
export * from './ids.js';
export * from './subject-map.js';
