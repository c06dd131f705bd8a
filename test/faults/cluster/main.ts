/**
 * The cases, in the namespace of the clients; `cluster.ts` starts it: `main.ts FOLDER NAMES [WORD]`.
 * With a word only the cases whose name holds it run.
 */
import { loadavg } from 'node:os';
import { messageOf } from '#shared/errors.ts';
import { CLUSTER_CASES } from './cases.ts';
import { type ClusterNamespaces, ClusterNetwork } from './network.ts';
import { Stage } from './stage.ts';
import { formatRows, type Row, verdict } from './table.ts';

const CAMERAS = Number(process.env.FAULT_CAMERAS || 40);

const [folder = '', names = '', word = ''] = process.argv.slice(2);
const rows: Row[] = [];
const network = new ClusterNetwork(JSON.parse(names) as ClusterNamespaces);
const stage = await Stage.open(network, folder, CAMERAS);
for (const one of CLUSTER_CASES.filter(({ name }) => name.includes(word))) {
  try {
    rows.push(verdict(one, await one.run(stage)));
  } catch (error) {
    rows.push({ name: one.name, problem: messageOf(error) });
  }
  const [row] = rows.slice(-1) as [Row];
  console.log(`${formatRows([row]).at(-1)}  load ${loadavg()[0]?.toFixed(1)}`);
  if (row.seen?.lastRefusal) console.log(`  last refusal: ${row.seen.lastRefusal}`);
  if (row.problem !== undefined) console.log(stage.lastWords());
}
console.log(`\n${formatRows(rows).join('\n')}\n${rows.length} cases, ${CAMERAS} cameras`);
process.exit(rows.some(({ problem }) => problem !== undefined) ? 1 : 0);
