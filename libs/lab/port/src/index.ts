/** The Lab port: what can be done to a running fabric, whichever world it runs in. */
export {};
