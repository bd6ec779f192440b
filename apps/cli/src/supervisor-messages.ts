import type { UpReport, UpRequest } from '@rehearsal/verbs';

/** What the supervisor of a lab is started with. */
export type SupervisorRequest = UpRequest & { readonly runId: string };

/** What it tells whoever waits for the lab to be up. */
export type SupervisorWord =
  | { readonly say: string }
  | { readonly up: Omit<UpReport, 'pid' | 'tookMs'> }
  | {
      readonly failed: {
        readonly kind: 'bad-input' | 'environment' | 'deviated';
        readonly message: string;
        readonly remedy: string;
      };
    };
