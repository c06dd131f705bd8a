/** The React hook for a list of cameras. */
import type { Camera } from './api-types.ts';
import type { GatewayClient } from './client.ts';
import { faultOf } from './gateway-error.ts';
import type { ReactHooks } from './react-hooks.ts';
import type { WatchFault } from './watch-state.ts';

/** Result of the hook. */
export interface CamerasView {
  /** The last list that came; undefined before the first. */
  cameras: Camera[] | undefined;
  /** Why the newest list did not come. */
  fault: WatchFault | undefined;
  /** Asks now. */
  reload(): void;
}

export type UseCameras = (client: GatewayClient, options?: { everyMs?: number }) => CamerasView;

const EVERY_MS = 10_000;

/** Creates the hook `useCameras(client)`, which asks again every ten seconds. */
export function createUseCameras({ useState, useEffect, useRef }: ReactHooks): UseCameras {
  return function useCameras(client, { everyMs = EVERY_MS } = {}) {
    const [list, setList] = useState<{ cameras?: Camera[] | undefined; fault?: WatchFault | undefined }>({});
    const newest = useRef<Camera[] | undefined>(undefined);
    const reload = useRef(() => {});

    useEffect(() => {
      let isOver = false;
      reload.current = () => {
        client.cameras
          .list()
          .then((cameras) => {
            if (isOver) return;
            newest.current = cameras;
            setList({ cameras });
          })
          .catch((error: unknown) => {
            if (!isOver) setList({ cameras: newest.current, fault: faultOf(error) });
          });
      };
      reload.current();
      const timer = setInterval(() => reload.current(), everyMs);
      return () => {
        isOver = true;
        newest.current = undefined;
        clearInterval(timer);
      };
    }, [client, everyMs]);

    return { cameras: list.cameras, fault: list.fault, reload: () => reload.current() };
  };
}
