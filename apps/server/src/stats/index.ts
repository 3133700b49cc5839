export { countNodes } from './count-nodes.ts';
export { readMinutes, readTotals } from './read-statistics.ts';
