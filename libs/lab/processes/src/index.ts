/** The lab of real processes over a real bus. */
export {};
