/** Signing in. */
import { z } from 'zod';
import { loginSchema, ticketRequestSchema } from '../../auth/routes.ts';
import { json, jsonBody, type Subject } from '../operation.ts';

const roleSchema = z.enum(['admin', 'viewer']);

export const ACCESS: Subject = {
  name: 'Access',
  description: 'Signing in from elsewhere. On the machine of the gateway itself none of it is needed.',
  operations: [
    {
      id: 'getPrincipal',
      method: 'get',
      path: '/api/auth',
      summary: 'Who asks, as the gateway sees it',
      answers: {
        200: json(
          'Strangers are told too.',
          z.object({
            signedIn: z.boolean(),
            role: roleSchema.nullable(),
            kind: z
              .enum(['local', 'token', 'session', 'ticket', 'open'])
              .nullable()
              .meta({ description: 'By what they were recognised.' }),
          }),
        ),
      },
    },
    {
      id: 'signIn',
      method: 'post',
      path: '/api/auth/login',
      summary: 'Exchange a token for a cookie',
      bodies: jsonBody(
        loginSchema,
        { token: "The token that the gateway printed when it started, or a viewer's." },
        { 'With the token': { token: 'correct-horse-battery-staple' } },
      ),
      answers: {
        200: json('Signed in.', z.object({ success: z.literal(true), role: roleSchema }), {
          'Set-Cookie': 'The session; it lasts while it is used, at most a week without.',
        }),
      },
      errors: ['invalid-field', 'unauthorized', 'too-many-requests'],
    },
    {
      id: 'signOut',
      method: 'post',
      path: '/api/auth/logout',
      summary: 'End the session, its sockets, streams and tickets',
      answers: { 200: json('Signed out.', z.object({ success: z.literal(true) })) },
    },
    {
      id: 'createTicket',
      method: 'post',
      path: '/api/tickets',
      summary: 'A ticket for what cannot send a header',
      description:
        'For `<img>`, EventSource and sockets of pages elsewhere: append `?ticket=` to the address. It opens that one address; sockets and event streams take it once within a minute, pictures and video as often as they like for five.',
      bodies: jsonBody(
        ticketRequestSchema,
        { path: 'The address, without a query.' },
        { 'For frames over WebSocket': { path: '/ws' } },
      ),
      answers: {
        200: json(
          'The ticket.',
          z.object({
            ticket: z.string(),
            expiresAt: z.number().meta({ description: 'Unix milliseconds.' }),
          }),
        ),
      },
      errors: ['invalid-field', 'forbidden'],
    },
  ],
};
