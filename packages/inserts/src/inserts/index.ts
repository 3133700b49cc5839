import type { InsertDefinition } from '../insert-definition.ts';
import { aggregate } from './aggregate.ts';
import { catalogItemV2 } from './catalog-item-v2.ts';
import { catalogItem } from './catalog-item.ts';
import { catalogVar } from './catalog-var.ts';
import { catalog } from './catalog.ts';
import { context } from './context.ts';
import { customer } from './customer.ts';
import { document } from './document.ts';
import { expressionVar } from './expression-var.ts';
import { expression } from './expression.ts';
import { kill } from './kill.ts';
import { metricsVar } from './metrics-var.ts';
import { metrics } from './metrics.ts';
import { snippetVar } from './snippet-var.ts';
import { snippet } from './snippet.ts';
import { voucherVar } from './voucher-var.ts';
import { voucher } from './voucher.ts';

/** The inserts of Synerise. */
export const standardInserts: readonly InsertDefinition[] = [
  aggregate,
  catalog,
  catalogItem,
  catalogItemV2,
  catalogVar,
  context,
  customer,
  document,
  expression,
  expressionVar,
  kill,
  metrics,
  metricsVar,
  snippet,
  snippetVar,
  voucher,
  voucherVar,
];
