/** The tables of one track of a movie, filled from the fragments of one or more files. */
import { type BoxAt, boxIn, childrenOf, listBoxes, type SampleRun } from './fragment-reader.ts';
import { TRACK_ID } from './init-segment.ts';

/** Samples of one track that lie together. */
export interface Chunk {
  piece: number;
  samples: number;
  /** Number of its sample entry, from 1. */
  description: number;
}

/** The tables of a track. */
export interface TrackTables {
  id: number;
  timescale: number;
  /** Boxes of the first source's track, to be taken over. */
  origin: { init: Buffer; track: BoxAt };
  /** Sample entries, each once. */
  entries: Buffer[];
  chunks: Chunk[];
  durations: number[];
  sizes: number[];
  syncs: boolean[];
  compositionOffsets: number[];
  /** Of the first sample, and where the newest one ends, units of the timescale. */
  startsAt: number;
  endsAt: number;
}

/** The tracks of an initialisation segment by their ids. */
export function tracksOf(init: Buffer): Map<number, BoxAt> {
  const moov = listBoxes(init).find(({ type }) => type === 'moov');
  if (moov === undefined) throw new RangeError('no box moov');
  const tracks = childrenOf(init, moov, 'trak');
  return new Map(tracks.map((track) => [init.readUInt32BE(boxIn(init, track, 'tkhd').body + 12), track]));
}

/** A track without samples. @param track of the first source that has it */
export function openTrack(id: number, init: Buffer, track: BoxAt): TrackTables {
  const timescale = init.readUInt32BE(boxIn(init, track, 'mdia', 'mdhd').body + 12);
  return {
    ...{ id, timescale, origin: { init, track }, startsAt: 0, endsAt: 0 },
    ...{ entries: [], chunks: [], durations: [], sizes: [], syncs: [], compositionOffsets: [] },
  };
}

/** The number of a source's sample entry, which is added where it is new. */
export function entryOf(track: TrackTables, init: Buffer, origin: BoxAt): number {
  const { body, end } = boxIn(init, origin, 'mdia', 'minf', 'stbl', 'stsd');
  const entry = init.subarray(body + 8, end);
  const known = track.entries.findIndex((candidate) => candidate.equals(entry));
  return known >= 0 ? known + 1 : track.entries.push(entry);
}

/**
 * Adds samples that belong to a time: where they come late the sample before lasts until then, and sound that
 * would come before the end of what is there is left out.
 */
export function addRun(
  track: TrackTables,
  run: SampleRun,
  at: number,
  description: number,
  piece: number,
): { samples: number; skippedBytes: number } {
  let skipped = 0;
  let skippedBytes = 0;
  let time = at;
  if (track.id !== TRACK_ID) {
    while (skipped < run.sizes.length && time < track.endsAt - (run.durations[skipped] as number) / 2) {
      time += run.durations[skipped] as number;
      skippedBytes += run.sizes[skipped] as number;
      skipped += 1;
    }
  }
  const samples = run.sizes.length - skipped;
  if (samples === 0) return { samples, skippedBytes };
  if (track.sizes.length === 0) track.startsAt = Math.max(0, time);
  else if (time > track.endsAt)
    track.durations[track.durations.length - 1] = lastDuration(track) + time - track.endsAt;
  track.endsAt = Math.max(time, track.endsAt);
  track.chunks.push({ piece, samples, description });
  for (let index = skipped; index < run.sizes.length; index += 1) {
    track.durations.push(run.durations[index] as number);
    track.sizes.push(run.sizes[index] as number);
    track.syncs.push(run.syncs[index] as boolean);
    track.compositionOffsets.push(run.compositionOffsets[index] as number);
    track.endsAt += run.durations[index] as number;
  }
  return { samples, skippedBytes };
}

function lastDuration({ durations }: TrackTables): number {
  return durations.at(-1) as number;
}
