/** Lets the gateway look for cameras from this worker's place in the network. */
import { type Response, Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { type DiscoveredCamera, type ProbeMessage, probeTargetSchema } from '#shared/contract/probe.ts';
import type { DeviceMessage } from '#shared/device-events.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
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
  routes.post('/probe-camera', readJsonBody('64kb'), async (req, res) => {
    const target = parseFields(probeTargetSchema, req.body);
    const signal = goneSignal(res);
    res.setHeader('Content-Type', 'application/x-ndjson');
    const tell = linesTo<ProbeMessage>(res);
    await probes.run({ target, tell, signal });
    res.end();
  });
  routes.post('/discover', async (_req, res) => {
    const signal = goneSignal(res);
    const cameras = await discover(signal);
    if (!signal.aborted) res.json(cameras);
  });
  routes.post('/cameras/:id/device-events', async (req, res) => {
    const signal = goneSignal(res);
    const tell = linesTo<DeviceMessage>(res);
    const device = await devices.open(req.params.id, PULL_TIMEOUT_MS);
    res.setHeader('Content-Type', 'application/x-ndjson');
    res.flushHeaders();
    const handlers = { onSubscribed: () => tell({ type: 'subscribed' }), onEvent: tell };
    const error = await followEvents(device, handlers, signal).catch((reason: unknown) => reason);
    const code = error instanceof AppError ? error.code : 'control-refused';
    tell({ type: 'failed', code, message: messageOf(error) });
    res.end();
  });
  return routes;
}

/** Sends messages as lines of JSON, while the client is there. */
function linesTo<T extends object>(res: Response): (message: T) => void {
  return (message) => {
    if (!res.writableEnded && !res.destroyed) res.write(`${JSON.stringify(message)}\n`);
  };
}
