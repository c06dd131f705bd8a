/**
 * `npm run bench`: what the gateway costs and how late its frames are, beside
 * what ffmpeg needs for the same work in the same run.
 * Options: `--only footprint,peers,returned,start,growth,limit,frames,webrtc,whep,mse,restream,recording,agent,gate,registry,cluster,deliveries,mediamtx,analysis,analysis-viewers,page,timeline --cameras 1,4,8 --seconds 10 --quick --document FILE`.
 */
import { parseArgs } from 'node:util';
import { benchAgent } from './agent.ts';
import { benchAnalysis, benchAnalysisBesideViewers } from './analysis-cost.ts';
import { benchCluster } from './cluster.ts';
import { benchFootprint } from './footprint.ts';
import { benchFrames } from './frames.ts';
import { benchGate } from './gate.ts';
import { benchGrowth } from './growth.ts';
import { benchLimit } from './limit.ts';
import { benchPage } from './page.ts';
import { benchPeers } from './peers.ts';
import { benchRecording } from './recording.ts';
import { benchRegistry } from './registry.ts';
import { printVerdicts, writeDocument } from './report.ts';
import { benchRestream } from './restream.ts';
import { benchReturned } from './returned.ts';
import { benchStart } from './start.ts';
import { benchDeliveries, benchMediamtx } from './stored.ts';
import { benchTimeline } from './timeline.ts';
import { benchMse, benchWebrtc } from './video.ts';
import { benchWhep } from './whep.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    cameras: { type: 'string', default: '1,4,8' },
    seconds: { type: 'string', default: '10' },
    'face-model': { type: 'string' },
    quick: { type: 'boolean', default: false },
    document: { type: 'string' },
  },
});
const seconds = values.quick ? 4 : Number(values.seconds);

const benches: Record<string, () => Promise<void>> = {
  footprint: () => benchFootprint({ settleSeconds: values.quick ? 20 : 90 }),
  start: () => benchStart(values.quick ? 3 : 9),
  growth: () =>
    benchGrowth({
      cameras: values.quick ? [8, 64] : [8, 64, 250, 1000],
      viewers: values.quick ? [1, 100] : [1, 100, 1000],
      seconds,
    }),
  frames: () =>
    benchFrames({
      cameras: values.cameras.split(',').map(Number),
      seconds,
      cycles: values.quick ? [20, 100] : [200, 1000],
    }),
  webrtc: () => benchWebrtc({ seconds, visits: values.quick ? [20, 50] : [100, 500] }),
  whep: () => benchWhep(values.quick ? 7 : 21),
  mse: () => benchMse(seconds),
  restream: () => benchRestream(seconds),
  recording: () => benchRecording(seconds, values.quick ? 3 : 7),
  agent: () => benchAgent(seconds),
  gate: benchGate,
  registry: benchRegistry,
  cluster: () => benchCluster(seconds),
  deliveries: () => benchDeliveries(seconds),
  mediamtx: benchMediamtx,
  analysis: () => benchAnalysis(seconds, values['face-model']),
  'analysis-viewers': () => benchAnalysisBesideViewers(seconds),
  page: () => benchPage(values.quick ? 3 : 9),
  timeline: () => benchTimeline(values.quick ? 5 : 15),
};

/** Too long to run beside the others. */
const further: typeof benches = {
  limit: () => benchLimit(values.quick ? 60 : 600),
  peers: () => benchPeers(seconds),
  returned: () => benchReturned(seconds),
};

const wanted = values.only?.split(',') ?? Object.keys(benches);
for (const name of wanted) {
  const run = benches[name] ?? further[name];
  if (run === undefined)
    throw new Error(`--only takes ${Object.keys({ ...benches, ...further }).join(', ')}, not ${name}`);
  await run();
}
printVerdicts();
if (values.document !== undefined)
  writeDocument(values.document, `npm run bench -- ${process.argv.slice(2).join(' ')}`);
