import { ruledTable } from '../text/box.js';
import { lines, type Line } from '../text/line.js';
import { isUp, type FabricView } from '../view/fabric-view.js';

/** `show cluster info overview [live]`: that there is such a command is documented, the table is ours (fidelity: F-CLUSTER-OVERVIEW). */
export function clusterOverview(view: FabricView, here: string): Line[] {
  const up = view.members.filter(isUp).length;
  const rows = view.members.map((m) => [
    `${m.id}${m.id === here ? ' (local)' : ''}${m.id === view.group.smo ? ' (SMO)' : ''}`,
    m.state,
    m.release,
    String(m.take),
    workOf(view, m.id),
  ]);
  return lines(
    'field',
    ...ruledTable(
      `Cluster ${view.group.name}: ${up} of ${view.members.length} members up`,
      ['Member', 'State', 'Version', 'Take', 'Software'],
      rows,
    ),
  );
}

/** What is being done to a member's software, or why it was not. */
function workOf({ software }: FabricView, id: string): string {
  const appliance = software?.appliances.find((a) => a.id === id);
  if (appliance === undefined) return '';
  const { work, failure, held, runs, boots } = appliance;
  if (work !== null) return `${work.kind} to ${work.to.release} take ${work.to.take}`;
  if (failure !== '') return `failed: ${failure}`;
  if (runs.release !== boots.release || runs.take !== boots.take) return `boots ${boots.release} take ${boots.take}`;
  return held ? 'waits for its turn' : '';
}
