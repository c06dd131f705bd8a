/** Camera streams as tRPC procedures, for apps that want their types. */
import { initTRPC } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import type { Request, RequestHandler } from 'express';
import { rtspStreamSchema } from '#shared/contract/camera-stream.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { ofCameras } from '../auth/rights.ts';
import { publicOrigin } from '../http/public-origin.ts';
import type { CameraStreamService } from './camera-stream-service.ts';
import { formatError, isInternal, responseMeta, toTrpcError } from './trpc-errors.ts';

/** Context of every call. */
interface CallContext {
  /** Address by which the client reaches the gateway. */
  origin: string;
  request: Request;
}

export interface TrpcOptions {
  service: Pick<CameraStreamService, 'add' | 'list'>;
  redactor: Redactor;
  log: Logger;
  /** Largest body of a call, bytes. */
  maxBodyBytes: number;
}

const MAX_BATCH = 20;

/** Answers calls. @param base path of all procedures */
export function createTrpcHandler(options: TrpcOptions, base: string): RequestHandler {
  const handler = createExpressMiddleware({
    router: createAppRouter(options),
    createContext: ({ req }): CallContext => ({ origin: publicOrigin(req), request: req }),
    maxBodySize: options.maxBodyBytes,
    maxBatchSize: MAX_BATCH,
    responseMeta,
    onError: ({ error, path }) => {
      if (isInternal(error)) options.log.error({ err: error.cause ?? error, path }, 'tRPC call failed');
    },
  });
  return (req, res, next) => {
    // It takes the path below its mount for the name of the procedure.
    req.url = req.url.slice(base.length);
    return handler(req, res, next);
  };
}

function createAppRouter({ service, redactor }: TrpcOptions) {
  const trpc = initTRPC.context<CallContext>().create({
    // With it a stack trace would reach clients.
    isDev: false,
    errorFormatter: ({ shape, error }) => formatError(shape, error, redactor),
  });
  const procedure = trpc.procedure.use(async ({ next }) => {
    const result = await next();
    if (!result.ok) throw toTrpcError(result.error);
    return result;
  });
  return trpc.router({
    cameraStream: trpc.router({
      add: procedure.input(rtspStreamSchema).mutation(async ({ input, ctx }) => {
        return { success: true as const, ...(await service.add(input, ctx.origin)) };
      }),
      list: procedure.query(async ({ ctx }) => [
        ...ofCameras(ctx.request, await service.list(ctx.origin), ({ cameraId }) => cameraId),
      ]),
    }),
  });
}

/** The router's type, for `createTRPCClient<AppRouter>` of `@trpc/client`. */
export type AppRouter = ReturnType<typeof createAppRouter>;
