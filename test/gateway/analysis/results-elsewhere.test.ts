import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { type DetectionsMessage, RESULTS_PATH, type ResultMessage } from '#shared/detections.ts';
import { PeerSockets } from '../../../gateway/agents/peer-sockets.ts';
import { PeerResults, type Wants } from '../../../gateway/analysis/peer-results.ts';
import { ResultsElsewhere } from '../../../gateway/analysis/results-elsewhere.ts';
import { listening, originOf, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const NOTHING: Wants = { boxes: [], persons: [], levels: [] };

const seen = (cameraId: string, count = 1): DetectionsMessage => ({
  ...{ type: 'detections', cameraId, timestamp: 1 },
  objects: Array.from({ length: count }, () => ({
    ...{ label: 'person', score: 0.9, trackId: 1 },
    box: [0.1, 0.1, 0.2, 0.2],
  })),
});

describe('What another gateway sees', () => {
  let server: Server;
  let there: PeerResults;
  let here: ResultsElsewhere;
  let wants: Wants;
  let taken: ResultMessage[];
  /** Sockets that were opened, and looks for other gateways. */
  let counts: { sockets: number; looks: number };

  beforeEach(async () => {
    [wants, taken, counts] = [NOTHING, [], { sockets: 0, looks: 0 }];
    there = new PeerResults(() => {});
    const sockets = new PeerSockets(silentLog);
    sockets.offer(RESULTS_PATH, (socket) => there.take(socket));
    server = createServer();
    server.on('upgrade', (request, socket, head) => {
      counts.sockets += 1;
      expect(sockets.take(request, socket, head)).to.equal(true);
    });
    await listening(server);
    const other = { name: 'b', origin: originOf(server), token: 'secret' };
    here = new ResultsElsewhere({
      others: async () => {
        counts.looks += 1;
        return [other];
      },
      wants: () => wants,
      take: (message) => taken.push(message),
      log: silentLog,
      everyMs: 10,
      staleMs: 100,
    });
    here.start();
  });
  afterEach(async () => {
    await here.close();
    there.close();
    await stop(server);
  });

  it('comes for the cameras at which a client looks, and for no other', async () => {
    wants = { ...NOTHING, boxes: ['1'] };
    await waitFor(() => there.isWanted('boxes', '1'));
    there.pass(seen('2'));
    there.pass(seen('1', 2));
    await waitFor(() => taken.length > 0);
    expect(taken[0]).to.deep.equal(seen('1', 2));
    wants = { ...NOTHING, boxes: ['2'] };
    await waitFor(() => there.isWanted('boxes', '2'));
    expect(there.isWanted('boxes', '1')).to.equal(false);
    expect(counts.sockets).to.equal(1);
  });

  it('is asked for persons and for levels of motion', async () => {
    wants = { ...NOTHING, persons: ['1'], levels: ['2'] };
    await waitFor(() => there.isWanted('persons', '1') && there.isWanted('levels', '2'));
    const level = { cameraId: '2', timestamp: 1, state: 'still', area: 0, minArea: 0.1, zones: [] } as const;
    there.pass({ type: 'motion-level', ...level, zones: [] });
    await waitFor(() => taken.length > 0);
    expect(taken[0]).to.deep.include({ type: 'motion-level', cameraId: '2' });
  });

  it('is not asked for while no client looks', async () => {
    wants = { ...NOTHING, boxes: ['1'] };
    await waitFor(() => there.isWanted('boxes', '1'));
    wants = { ...NOTHING };
    await waitFor(() => !there.isWanted('boxes', '1'));
    const { looks, sockets } = counts;
    let rounds = 0;
    Object.defineProperty(wants, 'levels', {
      get: () => {
        rounds += 1;
        return [];
      },
    });
    await waitFor(() => rounds > 3);
    expect(counts).to.deep.equal({ looks, sockets });
  });

  it('is no longer shown once that gateway tells no more of it', async () => {
    wants = { ...NOTHING, boxes: ['1'] };
    await waitFor(() => there.isWanted('boxes', '1'));
    there.pass(seen('1'));
    await waitFor(() => taken.length === 2);
    expect(taken[1]).to.deep.include({ type: 'detections', cameraId: '1', objects: [] });
  });
});
