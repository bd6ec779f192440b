import type { Family, Labels, MetricType, Sample } from './exposition.js';

/** What a role counts under an id of its own, as it is told to others. */
export interface RoleMetric {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** Ids with the same name differ in these. */
  readonly labels?: Labels;
  /** What a value is divided by to be in base units. */
  readonly per?: number;
}

const counter = (name: string, help: string, labels?: Labels): RoleMetric => ({
  name: `rehearsal_${name}_total`,
  type: 'counter',
  help,
  ...(labels && { labels }),
});
const gauge = (name: string, help: string, rest: { labels?: Labels; per?: number } = {}): RoleMetric => ({
  name: `rehearsal_${name}`,
  type: 'gauge',
  help,
  ...rest,
});
const EXTRA = 'What handing a packet on to another member added to its way, a quantile since the start';

/** By the id a role counts under; ids that end in `_now` are gauges. */
export const ROLE_METRICS: Readonly<Record<string, RoleMetric>> = {
  // Any role
  frames_malformed: counter('frames_malformed', 'Frames from the bus that could not be read'),
  frames_unexpected: counter('frames_unexpected', 'Frames of a kind that this role does not take'),
  packet_frames_too_late: counter(
    'packet_frames_too_late',
    'Frames of packets of a lost orchestrator that came after the distribution was to change',
  ),
  frames_for_another_incarnation: counter('frames_stray', 'Frames between other lives of the two ends', {
    life: 'another',
  }),
  frames_from_older_incarnation: counter('frames_stray', 'Frames between other lives of the two ends', {
    life: 'older',
  }),
  link_frames_retransmitted: counter('link_frames_retransmitted', 'Frames sent again over a link'),

  // Member
  connections_now: gauge('connections_held', 'Connections held, copies for other members among them'),
  connections_expired: counter('connections_expired', 'Connections that timed out'),
  held_packets_now: gauge('packets_held', 'Packets that wait for a slot to be handed over'),
  packets_of_another_slot: counter('packets_of_another_slot', 'Packets that came with a slot that is not theirs'),
  packets_queue_overflow: counter('packets_overload', 'Packets refused since the member had too much to do', {
    reason: 'queue_overflow',
  }),
  packets_cpu_overload: counter('packets_overload', 'Packets refused since the member had too much to do', {
    reason: 'cpu_overload',
  }),
  packets_handed_on: counter('packets_handed_on', 'Packets handed on to the member that serves their connection'),
  packets_taken_in: counter('packets_taken_in', 'Packets taken in from the member they had come to'),
  correction_extra_p50_us_now: gauge('correction_extra_seconds', EXTRA, { labels: { quantile: '0.5' }, per: 1e6 }),
  correction_extra_p99_us_now: gauge('correction_extra_seconds', EXTRA, { labels: { quantile: '0.99' }, per: 1e6 }),
  expectations_refused: counter('expectations_refused', 'Expected connections for which there was no room'),
  flow_records_left_out: counter('flow_records_left_out', 'Flow records for which there was no room'),
  forwarding_entries_refused: counter('forwarding_entries_refused', 'Forwarding entries for which there was no room'),
  sync_entries_sent: counter('sync_entries_sent', 'States of connections sent to a backup'),
  sync_entries_refused: counter('sync_entries_refused', 'States of connections a backup had no room for'),
  cpu_percent_now: gauge('cpu_load_ratio', 'Load of the member as it counts it, 1 is all it has', { per: 100 }),
  memory_leaked_kb_now: gauge('memory_leaked_bytes', 'Memory taken by a leak', { per: 1 / 1024 }),

  // Orchestrator
  batches_kept_back: counter('batches_kept_back', 'Batches a member could not take at once'),
  pending_packets_now: gauge('packets_pending', 'Packets sent to a member and not answered yet'),
  fragments_held: counter('fragments_held', 'Fragments that waited for their first one'),
  answers_fenced: counter('answers_fenced', 'Answers of members that were no longer to serve their slot'),
  answers_withheld: counter('answers_withheld', 'Answers held back while the orchestrator had no lease'),
  answers_repeated: counter('answers_repeated', 'Answers that came a second time'),
  packets_steered_anew: counter('packets_steered_anew', 'Packets a member sent back, steered by a newer table'),
  packets_passed_by: counter('packets_passed_by', 'Packets of protocols no member judges'),
  packets_not_delivered: counter('packets_not_delivered', 'Packets it said will not arrive, each with its reason'),
  members_lost: counter('members_lost', 'Members this orchestrator gave up'),

  // Sync
  copy_reports: counter('copy_reports', 'Reports of members on whole copies'),
  slots_exposed_now: gauge('sync_slots_exposed', 'Slots without a backup in step, as the sync coordinator sees it'),
  slots_due_now: gauge('sync_slots_due', 'Slots that a member is to come in step with'),

  // Archive
  archive_commits: counter('archive_commits', 'Commits this start of the archive has stored'),
  archive_failures: counter('archive_failures', 'Times the database did not take what it was given'),
  archive_flow_records: counter('archive_flow_records', 'Flow records written into the archive'),
  archive_lag_now: gauge('archive_lag_commits', 'Commits that are in the log and not in the archive yet'),
  archive_seq_now: gauge('archive_sequence', 'The last archived sequence of the log'),
  archive_up_now: gauge('archive_up', '1 while the database takes what it is given'),
  checkpoint_commits_now: gauge('checkpoint_commits', 'Commits that the last signed checkpoint covers'),
  checkpoint_refused_now: gauge(
    'checkpoint_refused',
    '1 while the archive holds other commits than were signed before',
  ),
  outlet_lag_now: gauge('outlet_lag_commits', 'Commits that are archived and not known to be published yet'),
  outlet_seq_now: gauge('outlet_sequence', 'The last sequence of the log that is known to be published'),
  outlet_up_now: gauge('outlet_up', '1 while the outlet takes what it is given'),

  // Outside world
  packets_accounted: counter('packets_accounted', 'Ends of packets the outside world was told of'),
  packets_sent: counter('packets_sent', 'Packets sent into the fabric'),
  connections_open_now: gauge('connections_open', 'Connections that are open at both their ends'),
  orchestrators_dead: counter('orchestrators_dead', 'Orchestrators the outside world gave up'),
  known_issues_now: gauge('known_issues', 'Issues that are known of the software this member runs'),
  // Upgrade conductor
  upgrade_step_now: gauge('upgrade_step', 'Place of the step the upgrade is in, from 0'),
  upgrade_share_percent_now: gauge('upgrade_serving_ratio', 'Members that serve, as a share of the group by weight', {
    per: 100,
  }),
};

/** What a process of the fabric tells besides what its role counts. */
export const PROCESS_METRICS = {
  process_cpu_seconds_total: { type: 'counter', help: 'Time on a processor, user and system' },
  process_resident_memory_bytes: { type: 'gauge', help: 'Resident memory' },
  process_start_time_seconds: { type: 'gauge', help: 'Start, in seconds since the epoch' },
  rehearsal_event_loop_busy_seconds_total: { type: 'counter', help: 'Time the event loop was busy' },
  rehearsal_incarnation: { type: 'gauge', help: 'Which start of this process it is, from 1' },
} as const;

/** The families of what a role has counted so far. An id without an entry is told under its own name. */
export function countersOf(values: ReadonlyMap<string, number>): Family[] {
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  for (const [id, value] of values) {
    const { name, type, help, labels, per = 1 } = ROLE_METRICS[id] ?? ownName(id);
    let family = families.get(name);
    if (family === undefined) families.set(name, (family = { name, type, help, samples: [] }));
    family.samples.push({ ...(labels && { labels }), value: value / per });
  }
  return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function ownName(id: string): RoleMetric {
  const help = id.replaceAll('_', ' ');
  return id.endsWith('_now') ? gauge(id.slice(0, -'_now'.length), help) : counter(id, help);
}
