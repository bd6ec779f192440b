/** The subject map with its grants, the frame layouts and their codecs, and the ids of fabric parts. */
export {};
