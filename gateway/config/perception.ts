/** Settings of analysis, events and reasoning. */
import {
  type Environment,
  readChoice,
  readHttpUrl,
  readInteger,
  readOptional,
  readSwitch,
  SettingsError,
} from '#shared/settings.ts';

/** Analysis, events and Moondream. */
export interface PerceptionConfig {
  analysis: {
    isOn: boolean;
    /** Analysed pictures a second per camera. */
    fps: number;
    /** Paths of ONNX models with their descriptions beside them, `builtin` or `off`; undefined: built in. */
    personModel: string | undefined;
    faceModel: string | undefined;
  };
  /** Whether starts and ends of events are sent to the analysis backend. */
  deliversEvents: boolean;
  /** Retention of events, days. */
  eventsRetentionDays: number;
  moondream: {
    apiUrl: string | undefined;
    apiKey: string | undefined;
    model: string | undefined;
    timeoutMs: number;
    ratePerSecond: number;
    /** Client requests per UTC day; 0: no limit. */
    dailyMax: number;
    /** Requests of watches per hour, all together and per camera. */
    budget: { total: number; perCamera: number };
  };
  vlm: {
    /** Base URL of a server with OpenAI's chat completions. */
    url: string | undefined;
    apiKey: string | undefined;
    model: string | undefined;
    timeoutMs: number;
    ratePerSecond: number;
    /** Client requests per UTC day; 0: no limit. */
    dailyMax: number;
  };
  reasoning: {
    /** Which provider is asked first; `auto`: the one that suits best. */
    provider: 'auto' | 'moondream' | 'vlm';
    history: { days: number; maxAnswers: number; maxBytes: number };
    /** Which digests the analysis backend gets; undefined: none. */
    digest: { every: 'hour' | 'day'; hour: number } | undefined;
  };
}

const MIB = 1024 * 1024;

/** Reads the environment. @throws SettingsError */
export function loadPerceptionConfig(env: Environment): PerceptionConfig {
  return {
    analysis: {
      isOn: readSwitch(env, 'ANALYSIS', true),
      fps: readInteger(env, 'ANALYSIS_FPS', { fallback: 5, min: 1, max: 30 }),
      personModel: readOptional(env, 'PERSON_MODEL'),
      faceModel: readOptional(env, 'FACE_MODEL'),
    },
    deliversEvents: readDeliverEvents(env),
    eventsRetentionDays: readInteger(env, 'EVENTS_RETENTION_DAYS', { fallback: 7, min: 1, max: 3650 }),
    moondream: {
      apiUrl: readHttpUrl(env, 'MOONDREAM_API_URL'),
      apiKey: readOptional(env, 'MOONDREAM_API_KEY'),
      model: readOptional(env, 'MOONDREAM_MODEL'),
      timeoutMs: readInteger(env, 'MOONDREAM_TIMEOUT_MS', { fallback: 60_000, min: 1000, max: 600_000 }),
      ratePerSecond: readInteger(env, 'MOONDREAM_RATE', { fallback: 2, min: 1, max: 1000 }),
      dailyMax: readInteger(env, 'MOONDREAM_DAILY_MAX', { fallback: 1000, min: 0, max: 1_000_000 }),
      budget: {
        total: readInteger(env, 'MOONDREAM_HOURLY_BUDGET', { fallback: 600, min: 1, max: 1_000_000 }),
        perCamera: readInteger(env, 'MOONDREAM_CAMERA_HOURLY_BUDGET', {
          fallback: 120,
          min: 1,
          max: 1_000_000,
        }),
      },
    },
    vlm: {
      url: readHttpUrl(env, 'VLM_URL'),
      apiKey: readOptional(env, 'VLM_KEY'),
      model: readOptional(env, 'VLM_MODEL'),
      timeoutMs: readInteger(env, 'VLM_TIMEOUT_MS', { fallback: 120_000, min: 1000, max: 600_000 }),
      ratePerSecond: readInteger(env, 'VLM_RATE', { fallback: 2, min: 1, max: 1000 }),
      dailyMax: readInteger(env, 'VLM_DAILY_MAX', { fallback: 1000, min: 0, max: 1_000_000 }),
    },
    reasoning: {
      provider: readChoice(env, 'REASONING_PROVIDER', {
        fallback: 'auto',
        choices: ['auto', 'moondream', 'vlm'],
      }),
      history: {
        days: readInteger(env, 'REASONING_HISTORY_DAYS', { fallback: 30, min: 1, max: 3650 }),
        maxAnswers: readInteger(env, 'REASONING_HISTORY_MAX', { fallback: 10_000, min: 1, max: 1_000_000 }),
        maxBytes: readInteger(env, 'REASONING_HISTORY_MB', { fallback: 256, min: 1, max: 1_048_576 }) * MIB,
      },
      digest: readDigest(env),
    },
  };
}

function readDigest(env: Environment): PerceptionConfig['reasoning']['digest'] {
  const every = readChoice(env, 'DIGEST', { fallback: 'off', choices: ['off', 'hour', 'day'] });
  const hour = readInteger(env, 'DIGEST_HOUR', { fallback: 7, min: 0, max: 23 });
  if (every === 'off') return undefined;
  if (readHttpUrl(env, 'APP_PY_URL') === undefined)
    throw new SettingsError('DIGEST', every, 'off while APP_PY_URL names no analysis backend');
  return { every, hour };
}

/** Without a backend, deliveries of events would wait forever. */
function readDeliverEvents(env: Environment): boolean {
  const isOn = readSwitch(env, 'DELIVER_EVENTS', false);
  if (isOn && readHttpUrl(env, 'APP_PY_URL') === undefined)
    throw new SettingsError('DELIVER_EVENTS', 'on', 'off while APP_PY_URL names no analysis backend');
  return isOn;
}
