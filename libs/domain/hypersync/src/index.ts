/** Who is in step, which slots are exposed, and what must be copied again. */
export {};
