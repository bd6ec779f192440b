/** The subject map with its grants, the frame layouts and their codecs, and the ids of fabric parts. */
export * from './ids.js';
export * from './subject-map.js';
export * from './address.js';
export * from './channel-hub.js';
export * from './channel.js';
export * from './detector.js';
export * from './frames.js';
export * from './member-beat.js';
export * from './packet-frames.js';
export * from './reasons.js';
export * from './metrics/index.js';
