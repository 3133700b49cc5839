import type { InsertDefinition } from '../insert-definition.ts';
import { aggregate } from './aggregate.ts';
import { barcode, barcodeUrl } from './barcode.ts';
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
import { prepareLink } from './prepare-link.ts';
import { recommendations3, recommendationsJson3 } from './recommendations.ts';
import { screenViewCollection } from './screen-view-collection.ts';
import { snippetVar } from './snippet-var.ts';
import { snippet } from './snippet.ts';
import { socialProof } from './social-proof.ts';
import { voucherVar } from './voucher-var.ts';
import { voucher } from './voucher.ts';

/** The inserts of Synerise. */
export const standardInserts: readonly InsertDefinition[] = [
  aggregate,
  barcode,
  barcodeUrl,
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
  prepareLink,
  recommendations3,
  recommendationsJson3,
  screenViewCollection,
  snippet,
  snippetVar,
  socialProof,
  voucher,
  voucherVar,
];
