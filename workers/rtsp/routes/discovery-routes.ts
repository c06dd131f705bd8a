/** Lets the gateway look for cameras from this worker's place in the network. */
import express, { Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { type DiscoveredCamera, type ProbeMessage, probeTargetSchema } from '#shared/contract/probe.ts';
import type { DeviceMessage } from '#shared/device-events.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { CameraProbes } from '../discovery/probe-camera.ts';
import type { CameraDevices } from '../onvif/camera-devices.ts';
import { followEvents, PULL_TIMEOUT_MS } from '../onvif/device-events.ts';

/** What looks for cameras, and listens to them. */
export interface DiscoveryRoutesOptions {
  devices: Pick<CameraDevices, 'open'>;
  probes: Pick<CameraProbes, 'run'>;
  discover(signal: AbortSignal): Promise<DiscoveredCamera[]>;
}

/** Under `/internal`. A probe answers with lines of JSON, sent as they come. */
export function discoveryRoutes({ probes, discover, devices }: DiscoveryRoutesOptions): Router {
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
  routes.post('/cameras/:id/device-events', async (req, res) => {
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const tell = (message: DeviceMessage): void => {
      if (!res.writableEnded && !res.destroyed) res.write(`${JSON.stringify(message)}\n`);
    };
    const device = await devices.open(req.params.id, PULL_TIMEOUT_MS);
    res.setHeader('Content-Type', 'application/x-ndjson');
    res.flushHeaders();
    const handlers = { onSubscribed: () => tell({ type: 'subscribed' }), onEvent: tell };
    const error = await followEvents(device, handlers, gone.signal).catch((reason: unknown) => reason);
    const code = error instanceof AppError ? error.code : 'control-refused';
    tell({ type: 'failed', code, message: messageOf(error) });
    res.end();
  });
  return routes;
}
