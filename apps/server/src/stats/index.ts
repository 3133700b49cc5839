export { countNodes } from './count-nodes.ts';
export type { NodeCount } from './count-nodes.ts';
export { readMinutes, readTotals } from './read-statistics.ts';
export type { MinuteStatistics, NodeStatistics, StatisticsQuery } from './read-statistics.ts';
