/**
 * The gateway for agents: a server of the Model Context Protocol. Its tools call the gateway's own API as the
 * user, over HTTP, so that rights, limits and budgets are those of every other client.
 */
import { McpServer } from '@modelcontextprotocol/server';
import { CAMERA_TOOLS, offerSnapshots } from './camera-tools.ts';
import { EVENT_TOOLS } from './event-tools.ts';
import { PTZ_TOOLS } from './ptz-tools.ts';
import { REASON_TOOLS } from './reason-tools.ts';
import { type McpUser, offer } from './tool.ts';
import { WATCH_TOOLS } from './watch-tools.ts';

const INSTRUCTIONS =
  'Cameras that this gateway runs. Begin with list_cameras. Pictures come from take_snapshot; questions about them are cheaper and more exact with ask_cameras, find_objects and count_objects, which use the configured vision model.';

/** A server for one user. @param version of the gateway */
export function createMcpServer(user: McpUser, version: string): McpServer {
  const about = { name: 'visual-reasoning-gateway', title: 'Camera gateway', version };
  const server = new McpServer(about, { instructions: INSTRUCTIONS });
  offer(server, user, [...CAMERA_TOOLS, ...REASON_TOOLS, ...EVENT_TOOLS, ...WATCH_TOOLS, ...PTZ_TOOLS]);
  offerSnapshots(server, user);
  return server;
}
