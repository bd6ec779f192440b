/** The orchestrator: detects lost members, decides on its security group and steers packets. */
export {};
