/** Tools that move cameras. */
import { z } from 'zod';
import { cameraInput } from './camera-tools.ts';
import { jsonResult, type Tool, tool } from './tool.ts';

const speed = z.number().min(-1).max(1).optional();

/** Move, stop, presets. Only for users that may act. */
export const PTZ_TOOLS: readonly Tool[] = [
  tool({
    name: 'get_ptz',
    title: 'How a camera moves',
    description: 'What a camera that can move is able to do, where it looks, and its presets.',
    input: z.object({ cameraId: cameraInput }),
    run: async ({ client }, { cameraId }, signal) => {
      const ptz = client.cameras.ptz(cameraId);
      const [status, presets] = await Promise.all([ptz.status({ signal }), ptz.presets({ signal })]);
      return jsonResult({ ...status, presets });
    },
  }),
  tool({
    name: 'move_camera',
    title: 'Move a camera',
    description:
      'Moves for at most one second: pan right, tilt up and zoom in are positive, speeds from -1 to 1.',
    acts: true,
    isDestructive: true,
    input: z.object({ cameraId: cameraInput, pan: speed, tilt: speed, zoom: speed }),
    run: async ({ client }, { cameraId, pan, tilt, zoom }, signal) => {
      const velocity = {
        ...(pan === undefined ? {} : { pan }),
        ...(tilt === undefined ? {} : { tilt }),
        ...(zoom === undefined ? {} : { zoom }),
      };
      await client.cameras.ptz(cameraId).move(velocity, { signal });
      return jsonResult({ moving: velocity });
    },
  }),
  tool({
    name: 'stop_camera',
    title: 'Stop a camera',
    description: 'Ends a move immediately.',
    acts: true,
    input: z.object({ cameraId: cameraInput }),
    run: async ({ client }, { cameraId }, signal) => {
      await client.cameras.ptz(cameraId).stop({ signal });
      return jsonResult({ stopped: cameraId });
    },
  }),
  tool({
    name: 'go_to_preset',
    title: 'Move a camera to a preset',
    description: 'Presets are listed by get_ptz.',
    acts: true,
    isDestructive: true,
    input: z.object({ cameraId: cameraInput, preset: z.string().min(1).max(64) }),
    run: async ({ client }, { cameraId, preset }, signal) => {
      await client.cameras.ptz(cameraId).goToPreset(preset, { signal });
      return jsonResult({ preset });
    },
  }),
];
