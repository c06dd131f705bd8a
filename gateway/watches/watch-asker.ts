/** Asks a watch's question about its camera once. */
import type { AnswerForm, Box, ReasonKind } from '#shared/contract/reason.ts';
import { AppError } from '#shared/errors.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import { boxInPart } from '../reasoning/place.ts';
import type { Reasoner, Said } from '../reasoning/reasoner.ts';
import { type ReadAnswer, readAnswer } from './reading.ts';
import type { WatchSettings, WatchSkill } from './watch.ts';
import { areaAround, foundInZone, zoneOf } from './watch-zone.ts';

/** The answer, and the picture that it is about. */
export interface AskedWatch extends ReadAnswer {
  frame: CameraFrame;
  /** What was counted, in that picture. */
  objects: readonly Box[];
}

/** What a question may be given. */
export interface AskOptions {
  signal: AbortSignal;
  /** Called immediately before a request is sent; absent: it counts as a client's. */
  onSpend?: () => void;
  /** The number of the answer before, for `changed`. */
  before?: number | undefined;
}

/** Asks one question of a watch. */
export interface WatchAsker {
  /** @throws AppError of the camera or of the provider */
  ask(watch: WatchSettings, options: AskOptions): Promise<AskedWatch>;
}

const KINDS: Readonly<Record<WatchSkill, ReasonKind>> = {
  query: 'ask',
  caption: 'describe',
  detect: 'find',
  point: 'point',
};

/** An asker over live cameras. */
export function createWatchAsker(
  reasoner: Pick<Reasoner, 'answer'>,
  directory: Pick<CameraDirectory, 'find'>,
): WatchAsker {
  return {
    ask: async (watch, { signal, onSpend, before }) => {
      const { cameraId, skill, prompt, condition, area, provider } = watch;
      const zone = zoneOf(watch, directory);
      // What stands in a zone reaches beyond it: it is looked for in the whole picture.
      const isCounted = skill === 'detect' || skill === 'point';
      const part = zone !== undefined && !isCounted ? areaAround(zone) : (area ?? undefined);
      const given = await reasoner.answer({
        kind: KINDS[skill],
        cameraId,
        words: prompt,
        form: formOf(watch),
        area: part,
        provider: provider ?? undefined,
        signal,
        spend: onSpend,
      });
      const frame = given.pictures.at(-1)?.frame;
      if (frame === undefined) throw new AppError('no-frame-yet', `Camera ${cameraId} has no picture yet`);
      const said = zone === undefined ? given : foundInZone(given, zone);
      const objects = (said.objects ?? []).map((box) => boxInPart(box, part));
      return { ...readAnswer(condition, counted(said), before), frame, objects };
    },
  };
}

/** Objects and points count by their number. */
function counted(said: Said): Said {
  const found = said.objects ?? said.points;
  return found === undefined ? said : { ...said, count: found.length, answer: `${found.length} found` };
}

function formOf({ skill, condition }: WatchSettings): AnswerForm {
  if (skill !== 'query' || 'contains' in condition) return 'text';
  return 'answer' in condition ? 'yesno' : 'number';
}
