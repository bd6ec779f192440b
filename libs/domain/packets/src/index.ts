/** Packet views, capture files read and written, and packets built from scratch. */
export {};
