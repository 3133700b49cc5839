import { isOff } from './is-off.ts';
import { lookedUp } from './looked-up.ts';

/** Prints a voucher code of a pool; the same use gets the same code in every pass. */
export const voucher = lookedUp({
  name: 'voucher',
  summary: 'A code of a voucher pool; assign=false shows one without giving it to the profile.',
  examples: ['{% voucher assign=false %} 3f2a9c10 {% endvoucher %}'],
  kind: 'voucher',
  grammar: { body: 'subject', options: [{ name: 'id' }, { name: 'assign' }] },
  idOption: 'id',
  request: (pool, options, ordinal) => ({
    kind: 'voucher',
    pool,
    assign: !isOff(options.get('assign')),
    ordinal: ordinal(),
  }),
  nullable: false,
});
