/** `/mcp`: Streamable HTTP of the Model Context Protocol. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { principalOf } from '../auth/principal.ts';
import { jsonBody, type RouteGroup, route } from '../http/route.ts';

const messageSchema = z.looseObject({ jsonrpc: z.literal('2.0'), method: z.string().optional() }).meta({
  id: 'McpMessage',
  description: 'JSON-RPC, as the specification of the Model Context Protocol has it.',
});

const LIST_TOOLS = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

/** For agents. @param version of the gateway */
export function mcpRoutes({ version, log }: { version: string; log: Logger }): RouteGroup {
  return {
    name: 'Model Context Protocol',
    description: 'Cameras, questions, events, watches and moves as tools of a language model.',
    routes: [
      route({
        id: 'mcp',
        method: 'post',
        path: '/mcp',
        access: 'viewer',
        cameraScope: 'handled',
        // What a tool changes it asks of the route for that, which counts it.
        changesNothing: true,
        summary: 'Tools for agents (Model Context Protocol)',
        description:
          'Without sessions. Viewers get the tools that look, operators and admins also those that ask, watch and move. Tools obey the rights and limits of the token or key that calls.',
        request: {
          bodies: jsonBody(messageSchema, { 'List the tools': LIST_TOOLS }),
          bodyLimit: 'image',
          headers: { Accept: 'Both `application/json` and `text/event-stream`.' },
        },
        answers: {
          200: {
            description: 'The answer; JSON for newer clients.',
            type: 'text/event-stream',
            schema: messageSchema,
          },
        },
        errors: ['unauthorized'],
        handle: async (req, res) => {
          const { clientOfRequest } = await import('./own-client.ts');
          const user = { client: clientOfRequest(req), mayAct: principalOf(req)?.role !== 'viewer' };
          const answer = await answerOf(
            req,
            res,
            async () => {
              const { createMcpServer } = await import('./mcp-server.ts');
              return createMcpServer(user, version);
            },
            log,
          );
          await send(res, answer);
        },
      }),
      route({
        id: 'mcpOther',
        method: 'all',
        path: '/mcp',
        access: 'viewer',
        cameraScope: 'none',
        summary: 'There are no sessions to open or end',
        isHidden: true,
        handle: (req, res) => {
          res.setHeader('Allow', 'POST');
          throw new AppError('method-not-allowed', `${req.method} is not possible here`);
        },
      }),
    ],
  };
}

/** The SDK is loaded with the first message: it takes some 30 MB. */
async function answerOf(
  req: Request,
  res: Response,
  server: () => Promise<import('@modelcontextprotocol/server').McpServer>,
  log: Logger,
): Promise<globalThis.Response> {
  const { createMcpHandler } = await import('@modelcontextprotocol/server');
  const handler = createMcpHandler(server, {
    onerror: (error) => log.debug({ reason: error.message }, 'an agent sent something unreadable'),
  });
  const gone = new AbortController();
  res.once('close', () => {
    gone.abort();
    void handler.close();
  });
  const headers = Object.entries(req.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && name !== 'authorization' ? [[name, value]] : [],
  );
  const request = new globalThis.Request(new URL(req.originalUrl, 'http://gateway'), {
    method: req.method,
    headers: headers.filter(([name]) => name !== 'content-length'),
    body: JSON.stringify(req.body),
    signal: gone.signal,
  });
  return handler.fetch(request, { parsedBody: req.body });
}

async function send(res: Response, answer: globalThis.Response): Promise<void> {
  res.status(answer.status);
  for (const [name, value] of answer.headers) res.setHeader(name, value);
  res.setHeader('Cache-Control', 'no-store');
  if (answer.body === null) return void res.end();
  // Fails only when the client has gone.
  await pipeline(Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream), res).catch(
    () => {},
  );
}
