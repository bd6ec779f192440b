/** The sync coordinator: finds who is in step and says so to the security group. */
export {};
