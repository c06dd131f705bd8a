/** Lets the gateway look for cameras from this worker's place in the network. */
import express, { Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { type DiscoveredCamera, type ProbeMessage, probeTargetSchema } from '#shared/contract/probe.ts';
import type { CameraProbes } from '../discovery/probe-camera.ts';

/** What looks for cameras. */
export interface DiscoveryRoutesOptions {
  probes: Pick<CameraProbes, 'run'>;
  discover(signal: AbortSignal): Promise<DiscoveredCamera[]>;
}

/** Under `/internal`. A probe answers with lines of JSON, sent as they come. */
export function discoveryRoutes({ probes, discover }: DiscoveryRoutesOptions): Router {
  const routes = Router();
  routes.post('/probe-camera', express.json({ limit: '64kb' }), async (req, res) => {
    const target = parseFields(probeTargetSchema, req.body);
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    res.setHeader('Content-Type', 'application/x-ndjson');
    const tell = (message: ProbeMessage): void => {
      if (!res.writableEnded && !res.destroyed) res.write(`${JSON.stringify(message)}\n`);
    };
    await probes.run({ target, tell, signal: gone.signal });
    res.end();
  });
  routes.post('/discover', async (_req, res) => {
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const cameras = await discover(gone.signal);
    if (!gone.signal.aborted) res.json(cameras);
  });
  return routes;
}
