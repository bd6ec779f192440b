/** A fabric file read into a plan: which roles, where, and how they are wired. */
export {};
