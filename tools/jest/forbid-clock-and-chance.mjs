import { poison } from '../architecture/poison.mjs';

// Every pure spec runs in this poisoned world, so a whole simulated fabric proves its roles pure on the way.
const pure = /\/(libs\/(domain|roles)|tools\/architecture\/planted)\/(?!.*(\.spec\.ts|\/src\/testing(\.ts|\/.*))$)/;

poison(globalThis, (file) => pure.test(file));
