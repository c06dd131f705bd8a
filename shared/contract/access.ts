/** Signing in, and tickets. */
import { z } from 'zod';
import { roleSchema } from './common.ts';

/** Body of `POST /api/auth/login`. */
export const loginSchema = z
  .object({
    token: z
      .string()
      .min(1)
      .max(512)
      .meta({ description: "The token that the gateway printed at its start, a viewer's, or a key." }),
  })
  .strict()
  .meta({ id: 'LoginRequest' });

/** Body of `POST /api/tickets`. */
export const ticketRequestSchema = z
  .object({
    path: z.string().min(1).max(512).startsWith('/').meta({ description: 'The address, without a query.' }),
  })
  .strict()
  .meta({ id: 'TicketRequest' });

/** Answer of `GET /api/auth`. */
export const principalSchema = z
  .object({
    signedIn: z.boolean(),
    role: roleSchema.nullable(),
    kind: z
      .enum(['local', 'token', 'key', 'session', 'ticket', 'proxy', 'open'])
      .nullable()
      .meta({ description: 'How the caller was recognised.' }),
    name: z.string().optional().meta({ description: 'Name of the key or person.' }),
    cameras: z
      .array(z.string())
      .optional()
      .meta({ description: 'The only cameras that exist for the caller; absent: all.' }),
  })
  .meta({ id: 'Principal' });

/** Answer of `POST /api/auth/login`. */
export const signedInSchema = z
  .object({ success: z.literal(true), role: roleSchema })
  .meta({ id: 'SignedIn' });

/** Answer of `POST /api/tickets`. */
export const ticketSchema = z
  .object({ ticket: z.string(), expiresAt: z.number().meta({ description: 'Unix milliseconds.' }) })
  .meta({ id: 'Ticket' });
