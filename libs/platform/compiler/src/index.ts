import { setFlagsFromString } from 'node:v8';

/*
 * What a program computes must not hang on when it is compiled. V8's middle compiler (Maglev, in Node 24) can replace a
 * loop while it runs, and on a busy machine, where its background thread is late, sums came out of such loops as 0 that
 * are not: a few of a hundred runs, each with the same seed. Whoever decides, simulates or adds up loads this first;
 * functions are compiled as ever when they are called the next time, and long loops by the compiler after it.
 */
setFlagsFromString('--no-maglev-osr');
