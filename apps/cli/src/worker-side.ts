import { whatWentWrong } from '@rehearsal/verbs';

/** What its pool tells a worker at its start. */
export function readRequest<Request>(): Request {
  return JSON.parse(process.argv[2]!) as Request;
}

/** Answers each seed that the pool sends; one that cannot be carried out has an outcome, too. */
export function answerSeeds<Outcome>(
  carryOut: (seed: number) => Promise<Outcome>,
  broken: (seed: number, why: string) => Outcome,
): void {
  const outcomeOf = async (seed: number): Promise<Outcome> => {
    try {
      return await carryOut(seed);
    } catch (error) {
      return broken(seed, whatWentWrong(error));
    }
  };
  process.on('message', ({ seed }: { readonly seed: number }) => {
    void outcomeOf(seed).then((outcome) => process.send?.(outcome));
  });
}
