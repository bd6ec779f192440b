/** What the host's module provides, by these names. */
export const HOST_CONFIG = Symbol('HostConfig');
export const RUNTIME = Symbol('LiveRuntime');
export const ROLE = Symbol('Role');
