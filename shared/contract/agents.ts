/** Agents: workers on other networks that dial out to the gateway. */
import { z } from 'zod';
import { idInPath, timeSchema } from './common.ts';

/** Name of an agent, where it may be given. */
export const agentNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'must be 1 to 40 letters, digits, `.`, `_` or `-`');

/** Where a camera is: the name of an agent. */
export const cameraPlaceSchema = agentNameSchema.meta({
  description: 'Name of the agent that reaches the camera; absent: the gateway itself.',
});

export const agentNameInPath = idInPath('Name of the agent.', 'home');

/** Body of `POST /api/agents`. */
export const newAgentSchema = z
  .object({ name: agentNameSchema.meta({ description: 'Cameras name it as their place.' }) })
  .strict()
  .meta({ id: 'NewAgent' });

/** Answer of `POST /api/agents`. */
export const createdAgentSchema = z
  .object({
    name: z.string(),
    token: z.string().meta({ description: 'For `AGENT_TOKEN` of `npm run agent`; in this answer only.' }),
  })
  .meta({ id: 'CreatedAgent' });
export type CreatedAgent = z.infer<typeof createdAgentSchema>;

/** An agent as lists show it. */
export const agentSchema = z
  .object({
    name: z.string(),
    state: z.enum(['online', 'offline']),
    since: timeSchema.meta({
      description: 'When it went online or offline; at the start of the gateway all are offline.',
    }),
    version: z.string().nullable().meta({ description: 'Of its program; null while it is offline.' }),
    address: z.string().nullable().meta({ description: 'Where it dials from; null while it is offline.' }),
    latencyMs: z.number().nullable().meta({ description: 'Round trip of the last ping.' }),
    gateway: z.string().optional().meta({
      description: 'Name of the other gateway to which it is connected; absent: this one, or none.',
    }),
    cameras: z.array(z.string()).meta({ description: 'Ids of the cameras whose place it is.' }),
  })
  .meta({ id: 'Agent' });
export type Agent = z.infer<typeof agentSchema>;

/** Answer of `GET /api/agents`. */
export const agentListSchema = z.array(agentSchema).meta({ id: 'AgentList' });
