/** `/api/agents`, and where agents dial in. */
import { AGENT_LINK_PATH, agentHelloSchema, agentOrderSchema } from '#shared/agent-link.ts';
import { parseFields } from '#shared/camera.ts';
import {
  type Agent,
  agentListSchema,
  agentNameInPath,
  createdAgentSchema,
  newAgentSchema,
} from '#shared/contract/agents.ts';
import { json, jsonBody, type RouteGroup, route, type TakeUpgrade } from '../http/route.ts';

export interface AgentRoutesOptions {
  take: TakeUpgrade;
  list(): Agent[];
  /** @returns its token @throws AppError `agent-exists`, `too-many-agents` */
  create(name: string): Promise<string>;
  /** @throws AppError `agent-not-found` */
  remove(name: string): Promise<void>;
}

/** Make, list and remove agents. */
export function agentRoutes({ take, list, create, remove }: AgentRoutesOptions): RouteGroup {
  return {
    name: 'Agents',
    description:
      'Programs on the networks of cameras that this gateway cannot reach: they dial out to it, and a camera that names one as its place is reached through it.',
    routes: [
      route({
        id: 'createAgent',
        method: 'post',
        path: '/api/agents',
        summary: 'Make an agent',
        description: 'Its token is in this answer only: the gateway stores a hash of it.',
        request: { bodies: jsonBody(newAgentSchema, { 'For the cameras at home': { name: 'home' } }) },
        answers: { 201: json('The agent.', createdAgentSchema) },
        errors: ['invalid-field', 'agent-exists', 'too-many-agents'],
        handle: async (req, res) => {
          const { name } = parseFields(newAgentSchema, req.body ?? {});
          const token = await create(name);
          res.setHeader('Cache-Control', 'no-store');
          res.status(201).json({ name, token });
        },
      }),
      route({
        id: 'listAgents',
        method: 'get',
        path: '/api/agents',
        summary: 'All agents, by name',
        answers: { 200: json('Agents, without their tokens.', agentListSchema) },
        handle: (_req, res) => {
          res.setHeader('Cache-Control', 'no-store');
          res.json(list());
        },
      }),
      route({
        id: 'removeAgent',
        method: 'delete',
        path: '/api/agents/:agentName',
        summary: 'Remove an agent',
        description: 'It is cut off within a second. Its cameras stay in the registry and are offline.',
        request: { params: { agentName: agentNameInPath } },
        answers: { 204: { description: 'Its token is no longer valid.' } },
        errors: ['agent-not-found'],
        handle: async (req, res) => {
          await remove(req.params.agentName);
          res.status(204).end();
        },
      }),
      route({
        id: 'openAgentLink',
        method: 'get',
        path: AGENT_LINK_PATH,
        // Its token is no credential of a client: the handler checks it.
        access: 'anyone',
        anyHost: true,
        summary: 'Where `npm run agent` dials in',
        description:
          'For the program that comes with the gateway; its protocol may change with any version. Every upgrade carries the token of the agent.',
        answers: { 101: { description: 'The connection is open.' } },
        errors: ['unauthorized', 'session-not-found', 'too-many-connections', 'storage-unavailable'],
        socket: { client: agentHelloSchema, server: agentOrderSchema, take },
      }),
    ],
  };
}
