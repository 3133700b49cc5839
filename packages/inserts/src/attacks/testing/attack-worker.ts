/// <reference types="node" />
import { parentPort } from 'node:worker_threads';

import { attackTemplates } from '../attack-templates.ts';
import { hostileContext, outputs, renderAttack } from './attack-input.ts';

function report(text: string): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a worker has no origin
  parentPort?.postMessage(text);
}

/** Renders all attacks in the small heap that the test gives it, and says which one is next. */
for (const { name, template } of attackTemplates) {
  report(name);
  for (const output of outputs) renderAttack(template, output, hostileContext());
}
report('done');
