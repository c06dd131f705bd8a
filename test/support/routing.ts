/** Routing over a pool that a test plays. */
import {
  CameraRouting,
  type RoutingDirectory,
  type RoutingPool,
} from '../../gateway/worker-access/camera-routing.ts';

/** The directory's part of routing: exactly these cameras are known. */
export function directoryOf(ids: Iterable<string>): RoutingDirectory {
  const known = ids instanceof Set ? ids : new Set(ids);
  return {
    has: (id) => known.has(id),
    isLoaded: true,
    weights: () => [...known].map((id) => ({ id, weight: 1 })),
  };
}

/** Routing of these cameras over the workers of a pool. @param ids a set may change later */
export function routingTo(
  pool: RoutingPool,
  { workers = ['rtsp-0'], ids = ['1'] }: { workers?: readonly string[]; ids?: Iterable<string> } = {},
): CameraRouting {
  return new CameraRouting({ directory: directoryOf(ids), pool, workers });
}
