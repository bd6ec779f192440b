/** What can be scraped of a fabric: its names, and the text they are told in. */
export { exposition, EXPOSITION_TYPE } from './exposition.js';
export type { Family, Labels, MetricType, Sample } from './exposition.js';
export { FABRIC_METRICS } from './fabric-metrics.js';
export type { FabricMetric, FabricMetricName } from './fabric-metrics.js';
export { METRICS_TABLE_END, METRICS_TABLE_START, allMetrics, withMetricsTable } from './metrics-table.js';
export type { Told } from './metrics-table.js';
export { countersOf, PROCESS_METRICS, ROLE_METRICS } from './role-metrics.js';
export type { RoleMetric } from './role-metrics.js';
