/** The states of members, the slot table and the choice of the single management object. */
export {};
