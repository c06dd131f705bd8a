/** Tools for cameras and their pictures. */
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { cameraIdSchema } from '#shared/camera.ts';
import type { GatewayClient } from '#shared/client/client.ts';
import { jsonResult, type McpUser, pictureResult, type Tool, tool } from './tool.ts';

const MS = 1000;
const RESOURCE_WIDTH = 1024;

/** One camera. */
export const cameraInput = cameraIdSchema.describe('Id of the camera, from list_cameras.');

/** List and look. */
export const CAMERA_TOOLS: readonly Tool[] = [
  tool({
    name: 'list_cameras',
    title: 'List cameras',
    description: 'All cameras with their id, name, place, whether they are live, and if not, why.',
    input: z.object({}),
    run: async ({ client }, _args, signal) => jsonResult(await camerasWithState(client, signal)),
  }),
  tool({
    name: 'take_snapshot',
    title: 'Take a snapshot',
    description: 'The picture that a camera sees now, never an old one.',
    input: z.object({
      cameraId: cameraInput,
      width: z.number().int().min(160).max(1920).default(RESOURCE_WIDTH).describe('Pixels.'),
    }),
    run: async ({ client }, { cameraId, width }, signal) => {
      const { jpeg, timestamp, ageMs } = await client.cameras.snapshot(cameraId, { width, signal });
      return pictureResult(
        jpeg,
        `Camera ${cameraId}, taken ${new Date(timestamp * MS).toISOString()}, ${ageMs} ms ago`,
      );
    },
  }),
];

/** The live picture of every camera as a resource. */
export function offerSnapshots(server: McpServer, { client }: McpUser): void {
  const template = new ResourceTemplate('camera://{cameraId}/snapshot', {
    list: async () => ({
      resources: (await client.cameras.list()).map(({ id, name }) => ({
        uri: `camera://${id}/snapshot`,
        name: `Live picture of ${name}`,
        mimeType: 'image/jpeg',
      })),
    }),
  });
  const about = {
    title: 'Live picture of a camera',
    description: 'What the camera sees when it is read.',
    mimeType: 'image/jpeg',
  };
  server.registerResource('snapshot', template, about, async (uri, { cameraId }) => {
    const id = Array.isArray(cameraId) ? (cameraId[0] ?? '') : String(cameraId);
    const { jpeg } = await client.cameras.snapshot(id, { width: RESOURCE_WIDTH });
    return {
      contents: [{ uri: uri.href, mimeType: 'image/jpeg', blob: Buffer.from(jpeg).toString('base64') }],
    };
  });
}

async function camerasWithState(client: GatewayClient, signal: AbortSignal): Promise<object[]> {
  const cameras = await client.cameras.list({ signal });
  return Promise.all(
    cameras.map(async ({ id, name, location, enabled, ptz }) => {
      const status = await client.cameras.status(id, { signal }).catch(() => undefined);
      const reason =
        status?.connected === true ? {} : { reason: status?.reason ?? 'unknown', hint: status?.hint };
      return {
        id,
        name,
        location,
        enabled,
        canMove: ptz !== null,
        live: status?.connected === true,
        ...reason,
      };
    }),
  );
}
