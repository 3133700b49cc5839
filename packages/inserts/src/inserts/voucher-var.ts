import { isOff } from './is-off.ts';
import { lookedUp } from './looked-up.ts';

/** A voucher code of a pool in `voucher_result`. */
export const voucherVar = lookedUp({
  name: 'vouchervar',
  summary: 'A code of a voucher pool as voucher_result.',
  examples: ['{% vouchervar id=3f2a9c10 %}{{ voucher_result }}{% endvouchervar %}'],
  kind: 'voucher',
  grammar: { options: [{ name: 'id', required: true }, { name: 'assign' }] },
  idOption: 'id',
  variable: 'voucher_result',
  request: (pool, options, ordinal) => ({
    kind: 'voucher',
    pool,
    assign: !isOff(options.get('assign')),
    ordinal: ordinal(),
  }),
  nullable: false,
});
