/** The React hook for a pad that moves a camera. */
import type { PtzPreset } from './api-types.ts';
import type { GatewayClient } from './client.ts';
import { faultOf } from './gateway-error.ts';
import type { HeldMove, PtzVelocity } from './ptz.ts';
import type { ReactHooks } from './react-hooks.ts';
import type { WatchFault } from './watch-state.ts';

/** Result of the hook. */
export interface PtzView {
  /** Moves until released; for a press that begins. */
  press(velocity: PtzVelocity): void;
  /** For a press that ends. */
  release(): void;
  home(): void;
  goToPreset(id: string): void;
  /** Empty until they are known, or where the camera cannot list them. */
  presets: PtzPreset[];
  /** Why the last command failed. */
  fault: WatchFault | undefined;
}

export type UsePtz = (client: GatewayClient, cameraId: string) => PtzView;

/** Creates the hook `usePtz(client, cameraId)`; a move ends when the component does. */
export function createUsePtz({ useState, useEffect, useRef }: ReactHooks): UsePtz {
  return function usePtz(client, cameraId) {
    const [presets, setPresets] = useState<PtzPreset[]>([]);
    const [fault, setFault] = useState<WatchFault | undefined>(undefined);
    const held = useRef<HeldMove | undefined>(undefined);
    const ptz = client.cameras.ptz(cameraId);
    const fail = (error: unknown): void => setFault(faultOf(error));
    const run = (command: Promise<void>): void => void command.then(() => setFault(undefined), fail);
    const release = (): void => {
      const move = held.current;
      held.current = undefined;
      if (move !== undefined) run(move.release());
    };

    useEffect(() => {
      let isOver = false;
      ptz.presets().then(
        (found) => {
          if (!isOver) setPresets(found);
        },
        () => {},
      );
      return () => {
        isOver = true;
        setPresets([]);
        void held.current?.release().catch(() => {});
        held.current = undefined;
      };
    }, [client, cameraId]);

    return {
      press: (velocity) => {
        if (held.current === undefined) held.current = ptz.hold(velocity, fail);
        else held.current.change(velocity);
      },
      release,
      home: () => run(ptz.home()),
      goToPreset: (id) => run(ptz.goToPreset(id)),
      presets,
      fault,
    };
  };
}
