import { z } from 'zod';

/**
 * What happens when a profile passes a certification that it holds the credential of: the pass is left out, the
 * credential is changed, made anew in place of the old one, or prolonged.
 */
export const issuancePolicySchema = z
  .enum(['skip', 'update', 'reissue', 'renew'])
  .meta({ id: 'IssuancePolicy' });

export type IssuancePolicy = z.infer<typeof issuancePolicySchema>;
