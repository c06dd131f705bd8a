/**
 * What the gateway takes and answers: generated from its OpenAPI document by `npm run api-types`.
 * `timestamp` and names ending in `At` are Unix seconds where they are numbers and ISO 8601
 * where they are strings.
 */

export interface components {
  schemas: {
    /** @description A camera; never with its password. */
    Camera: {
      id: string;
      name: string;
      location: string;
      /** @description Address with the password masked. */
      rtspUrl: string;
      /** @description Its smaller stream, masked like `rtspUrl`. */
      subUrl: string | null;
      /** @description Its still pictures, masked like `rtspUrl`. */
      stillUrl: string | null;
      /** @description WHEP endpoint; this and the next two are paths of the gateway. */
      webrtcUrl: string;
      frameUrl: string;
      mjpegUrl: string;
      /**
       * @description `http`: pictures over HTTP; `video`: an uploaded stream that is played.
       * @enum {string}
       */
      sourceType: 'rtsp' | 'http' | 'video';
      hasPassword: boolean;
      /** @description How the camera is moved; `null`: it is not. */
      ptz: components['schemas']['PtzSettings'] | null;
      /** @description Name of the agent that reaches it; null: the gateway itself. */
      agent: string | null;
      /**
       * @description Only a worker that carries all of them (`WORKER_LABELS`) runs the camera; `{}`: any.
       * @example {
       *       "site": "berlin"
       *     }
       */
      labels: {
        [key: string]: string;
      };
      /** @description One that is not enabled is known but not connected. */
      enabled: boolean;
      /**
       * @description `always`: all of it. `events`, `motion`: from before each event, or each motion, until after it. `off`: no more than the clips of events.
       * @enum {string}
       */
      record: 'off' | 'events' | 'motion' | 'always';
      /** @description `null`: as usual, see docs/recordings.md. */
      keep: components['schemas']['Keep'] | null;
      analysis: components['schemas']['AnalysisSwitches'];
      /** @description Named parts of the picture, each name once. */
      zones: components['schemas']['Zone'][];
      /**
       * @description `connected` ones are gone after a restart, `file` ones are kept in CAMERAS_FILE.
       * @enum {string}
       */
      origin: 'registry' | 'file' | 'connected' | 'demo';
      isDemo: boolean;
    };
    /** @description How a camera is moved, with the credentials of the camera. */
    PtzSettings:
      | components['schemas']['OnvifSettings']
      | components['schemas']['PtzopticsSettings']
      | components['schemas']['ViscaSettings'];
    OnvifSettings: {
      /** @constant */
      kind: 'onvif';
      /** @description HTTP port of the device service; 80 where absent. */
      port?: number;
      /** @default /onvif/device_service */
      path?: string;
      /** @description Degrees at pan and tilt −1 and 1; ±180 and ±90 where absent. */
      range?: {
        pan: [number, number];
        tilt: [number, number];
      };
      /** @description Needed to centre and follow well; 60 degrees and 20 where absent. */
      lens?: {
        /** @description Horizontal field of view at zoom 0, degrees. */
        widest: number;
        /** @description Of zoom 1: 20 for a 20× lens. */
        magnification: number;
      };
    };
    PtzopticsSettings: {
      /** @constant */
      kind: 'ptzoptics';
      /** @description HTTP port; 80 where absent. */
      port?: number;
      /** @description Needed to centre and follow well; 60 degrees and 20 where absent. */
      lens?: {
        /** @description Horizontal field of view at zoom 0, degrees. */
        widest: number;
        /** @description Of zoom 1: 20 for a 20× lens. */
        magnification: number;
      };
    };
    ViscaSettings: {
      /** @constant */
      kind: 'visca';
      /** @description TCP 5678 or UDP 1259 where absent; UDP 52381 uses the header of Sony. */
      port?: number;
      /**
       * @default tcp
       * @enum {string}
       */
      transport?: 'tcp' | 'udp';
      /** @description Needed to centre and follow well; 60 degrees and 20 where absent. */
      lens?: {
        /** @description Horizontal field of view at zoom 0, degrees. */
        widest: number;
        /** @description Of zoom 1: 20 for a 20× lens. */
        magnification: number;
      };
    };
    /** @description How much is kept of a camera: seconds in memory, or hours on disk where it records. */
    Keep:
      | {
          /** @description In memory, for clips of events; 0: none. */
          seconds: number;
        }
      | {
          /** @description Of its recording, on disk. */
          hours: number;
        };
    /** @description Which kinds of analysis run for a camera. */
    AnalysisSwitches: {
      motion: boolean;
      persons: boolean;
      faces: boolean;
      /** @description Takes what the camera itself finds, by ONVIF: motion, persons, tampering, crossed lines. */
      cameraEvents?: boolean;
      /** @description 1 sees large, clear changes only, 100 the faintest; 50 unless given. */
      sensitivity?: number;
      /** @description Smallest moving area, as a share of the picture; 0.003 unless given. */
      minArea?: number;
      /** @description Areas in which nothing counts: no motion, no person, no face. */
      masks?: components['schemas']['Polygon'][];
      /** @description Only motion in these counts; all of the picture without any. */
      motionAreas?: components['schemas']['Polygon'][];
      /** @description Persons and faces are looked for this often without motion, too. */
      everySeconds?: number;
      /** @description Persons and faces are looked for in every Nth picture without motion, too. */
      everyFrames?: number;
      /** @description Lowest score that counts for persons and faces; the model's own unless given. */
      minScore?: number;
    };
    /** @description Corners as `[x, y]`, from 0 to 1 of width and height. Sides must not cross. */
    Polygon: [number, number][];
    /** @description A named part of the picture. Events carry the names of their zones. */
    Zone: {
      name: string;
      polygon: components['schemas']['Polygon'];
    };
    ConnectRequest: {
      /** @description 1 to 64 letters, digits, `.`, `_` or `-`; one that is connected is replaced. */
      cameraId: string | number;
      /** @description `rtsp://`, `rtsps://`, `http://` or `https://` (MJPEG or still pictures), with credentials or without; in place of `ip`, `port` and `streamPath`. */
      url?: string;
      /** @description A smaller stream, for small pictures and analysis. Without credentials it has those of the main stream, on the same host. */
      subUrl?: string | null;
      /** @description `http://` or `https://` address of one picture. Without credentials it has those of the main stream, on the same host. */
      stillUrl?: string | null;
      /** @description Address or host name. */
      ip?: string;
      /** @default admin */
      username?: string;
      /** @default admin */
      password?: string;
      /**
       * @description As in the manual of the camera.
       * @default /1
       */
      streamPath?: string;
      /**
       * @description RTSP port.
       * @default 554
       */
      port?: number;
      /**
       * @description RTSP only, `tcp` unless given: inside the RTSP connection or as datagrams.
       * @enum {string}
       */
      transport?: 'tcp' | 'udp';
      /** @description Controls of the camera. */
      ptz?: components['schemas']['PtzSettings'];
      /** @description Name of the agent that reaches the camera; absent: the gateway itself. */
      agent?: string;
      /**
       * @description Only a worker that carries all of them (`WORKER_LABELS`) runs the camera; `{}`: any.
       * @example {
       *       "site": "berlin"
       *     }
       */
      labels?: {
        [key: string]: string;
      };
      name?: string;
      location?: string;
    };
    ConnectAnswer: {
      /** @constant */
      success: true;
      cameraId: string;
      message: string;
    };
    DisconnectAnswer: {
      /** @constant */
      success: true;
      message: string;
    };
    /** @description The processes that run cameras, as one service. */
    RtspService: {
      running: boolean;
      /** @description Of the first worker that runs. */
      port: number | null;
      /** @description On the machine of the gateway. */
      baseUrl: string | null;
      /** @description Workers that are ready. */
      ready: number;
      total: number;
      workers: components['schemas']['WorkerStatus'][];
    };
    WorkerStatus: {
      name: string;
      /**
       * @description Kept by the gateway, by a platform, or by an agent that dials out.
       * @enum {string}
       */
      kind: 'child' | 'remote' | 'agent';
      /** @description `ready`, `starting`, `backoff` and others. */
      state: string;
      isRequired: boolean;
      port?: number;
      pid?: number;
      /** @description Counts the starts. */
      epoch: number;
      /** @description Starts after the first. */
      restarts: number;
      /** @description Orderly replacements among them. */
      recycles: number;
      /**
       * Format: date-time
       * @description When it entered its state.
       */
      since: string;
      /** @description It dies again and again. */
      flapping: boolean;
      /** @description How its last process ended. */
      lastExit?: {
        code: number | null;
        signal: string | null;
        /** Format: date-time */
        at: string;
      };
      /** @description Resident memory, bytes. */
      rss?: number;
      /** @description Share of one processor core. */
      cpu?: number;
      /** @description What decodes its pictures. */
      decoder?: components['schemas']['DecoderChoice'];
      /** @description Its cameras of which clients get fewer or lesser pictures than they asked for. */
      slowed?: components['schemas']['SlowedCamera'][];
      /** @description Cameras that ask for some of them may run here; absent: none. */
      labels?: {
        [key: string]: string;
      };
      /** @description To the next attempt while none runs. */
      retryAfterMs?: number;
    };
    DecoderChoice: {
      /**
       * @description The setting `DECODER`.
       * @enum {string}
       */
      wanted: 'software' | 'auto' | 'vaapi' | 'cuda' | 'videotoolbox' | 'v4l2';
      /** @description Null before the first picture is decoded. */
      used: ('software' | 'vaapi' | 'cuda' | 'videotoolbox' | 'v4l2') | null;
      /** @description Hardware decoders that did not work; they are not tried again. */
      failed: {
        /** @enum {string} */
        decoder: 'vaapi' | 'cuda' | 'videotoolbox' | 'v4l2';
        reason: string;
      }[];
    };
    SlowedCamera: {
      /**
       * @description What is short.
       * @enum {string}
       */
      reason: 'memory' | 'processor';
      /** @description What is done about it. */
      detail: string;
      /** @description Unix seconds. */
      since: number;
      cameraId: string;
    };
    NewCamera: {
      name?: string;
      location?: string;
      /** @description Name of the agent that reaches the camera; null: the gateway itself. */
      agent?: string | null;
      /**
       * @description Only a worker that carries all of them (`WORKER_LABELS`) runs the camera; `{}`: any.
       * @example {
       *       "site": "berlin"
       *     }
       */
      labels?: {
        [key: string]: string;
      };
      /** @description A camera that is not enabled is known but not connected. */
      enabled?: boolean;
      /** @description What is looked for in its pictures. */
      analysis?: components['schemas']['AnalysisSettings'];
      /** @description Named parts of the picture, each name once. */
      zones?: components['schemas']['Zone'][];
      /**
       * @description `always`: all of it. `events`, `motion`: from before each event, or each motion, until after it. `off`: no more than the clips of events.
       * @enum {string}
       */
      record?: 'off' | 'events' | 'motion' | 'always';
      keep?: components['schemas']['Keep'] | null;
      /** @description `rtsp://`, `rtsps://`, `http://` or `https://` (MJPEG or still pictures), with credentials or without; in place of `ip`, `port`, `streamPath` and `secure`. */
      url?: string;
      /** @description A smaller stream, for small pictures and analysis. Without credentials it has those of the main stream, on the same host. */
      subUrl?: string | null;
      /** @description `http://` or `https://` address of one picture. Without credentials it has those of the main stream, on the same host. */
      stillUrl?: string | null;
      /** @description Address or host name. */
      ip?: string;
      /** @description 554 unless given, 322 for RTSP over TLS. */
      port?: number;
      username?: string;
      password?: string;
      /** @description As in the manual of the camera. */
      streamPath?: string;
      /**
       * @description RTSP only. How video travels: inside the RTSP connection or as datagrams.
       * @enum {string}
       */
      transport?: 'tcp' | 'udp';
      /** @description RTSP over TLS. */
      secure?: boolean;
      /** @description Controls of the camera; `null` removes them. */
      ptz?: components['schemas']['PtzSettings'] | null;
      /** @description Id of an uploaded camera stream, played in place of a camera. */
      video?: string;
      /** @description Chosen by the gateway where absent. */
      id?: string | number;
      /** @description The same as `id`. */
      cameraId?: string | number;
    };
    /** @description Which kinds of analysis run for a camera, and how. */
    AnalysisSettings: {
      /** @default false */
      motion?: boolean;
      /** @default false */
      persons?: boolean;
      /** @default false */
      faces?: boolean;
      /** @description Takes what the camera itself finds, by ONVIF: motion, persons, tampering, crossed lines. */
      cameraEvents?: boolean;
      /** @description 1 sees large, clear changes only, 100 the faintest; 50 unless given. */
      sensitivity?: number;
      /** @description Smallest moving area, as a share of the picture; 0.003 unless given. */
      minArea?: number;
      /** @description Areas in which nothing counts: no motion, no person, no face. */
      masks?: components['schemas']['Polygon'][];
      /** @description Only motion in these counts; all of the picture without any. */
      motionAreas?: components['schemas']['Polygon'][];
      /** @description Persons and faces are looked for this often without motion, too. */
      everySeconds?: number;
      /** @description Persons and faces are looked for in every Nth picture without motion, too. */
      everyFrames?: number;
      /** @description Lowest score that counts for persons and faces; the model's own unless given. */
      minScore?: number;
    };
    CameraChanges: {
      name?: string;
      location?: string;
      /** @description Name of the agent that reaches the camera; null: the gateway itself. */
      agent?: string | null;
      /**
       * @description Only a worker that carries all of them (`WORKER_LABELS`) runs the camera; `{}`: any.
       * @example {
       *       "site": "berlin"
       *     }
       */
      labels?: {
        [key: string]: string;
      };
      /** @description A camera that is not enabled is known but not connected. */
      enabled?: boolean;
      /** @description What is looked for in its pictures. */
      analysis?: components['schemas']['AnalysisSettings'];
      /** @description Named parts of the picture, each name once. */
      zones?: components['schemas']['Zone'][];
      /**
       * @description `always`: all of it. `events`, `motion`: from before each event, or each motion, until after it. `off`: no more than the clips of events.
       * @enum {string}
       */
      record?: 'off' | 'events' | 'motion' | 'always';
      keep?: components['schemas']['Keep'] | null;
      /** @description `rtsp://`, `rtsps://`, `http://` or `https://` (MJPEG or still pictures), with credentials or without; in place of `ip`, `port`, `streamPath` and `secure`. */
      url?: string;
      /** @description A smaller stream, for small pictures and analysis. Without credentials it has those of the main stream, on the same host. */
      subUrl?: string | null;
      /** @description `http://` or `https://` address of one picture. Without credentials it has those of the main stream, on the same host. */
      stillUrl?: string | null;
      /** @description Address or host name. */
      ip?: string;
      /** @description 554 unless given, 322 for RTSP over TLS. */
      port?: number;
      username?: string;
      password?: string;
      /** @description As in the manual of the camera. */
      streamPath?: string;
      /**
       * @description RTSP only. How video travels: inside the RTSP connection or as datagrams.
       * @enum {string}
       */
      transport?: 'tcp' | 'udp';
      /** @description RTSP over TLS. */
      secure?: boolean;
      /** @description Controls of the camera; `null` removes them. */
      ptz?: components['schemas']['PtzSettings'] | null;
      /** @description Id of an uploaded camera stream, played in place of a camera. */
      video?: string;
    };
    ProbeRequest: {
      /** @description Address or host name. */
      ip?: string;
      /** @description In place of `ip`: a URL, or only its host and port. A path is tried first; that of `http://` may be pictures. */
      url?: string;
      /** @description `admin` where only a password is given. */
      username?: string;
      password?: string;
      /** @description Port of RTSP, or of ONVIF; usual ones are tried where absent. */
      port?: number;
      /** @description Name of the agent that reaches the camera; absent: the gateway itself. */
      agent?: string;
    };
    ProbeAnswer: {
      /** @description The host that was asked. */
      ip: string;
      vendor?: string;
      model?: string;
      /** @description Still pictures of the largest stream, without user and password; belongs to a new camera. */
      stillUrl?: string;
      /** @description Its ONVIF device service. */
      onvifUrl?: string;
      /** @description How it can be moved. */
      ptz?: components['schemas']['PtzSettings'];
      steps: components['schemas']['ProbeStep'][];
      streams: components['schemas']['ProbedStream'][];
    };
    ProbeStep: {
      /**
       * @description In this order.
       * @enum {string}
       */
      step: 'reachable' | 'rtsp' | 'password' | 'streams';
      ok: boolean;
      /** @description Why it failed. */
      code?: string;
      detail?: string;
      /** @description What an operator can do about it. */
      hint?: string;
    };
    ProbedStream: {
      /** @description Address with the password masked. */
      url: string;
      /** @description Over TLS. This and the next two belong to a new camera. */
      secure: boolean;
      port: number;
      /** @description Secrets that the request named are masked. */
      streamPath: string;
      /**
       * @description `sub` for smaller pictures than the largest.
       * @enum {string}
       */
      role: 'main' | 'sub';
      /** @description `h264`, `hevc` or `mjpeg`. */
      codec: string;
      /** @description Null, like the next ones, where it could not be measured. */
      width: number | null;
      height: number | null;
      fps: number | null;
      /** @description Codec of the sound; null without any. */
      audio: string | null;
      keyframeIntervalMs: number | null;
      /** @description Ways in which every current browser plays it; others depend on the device. */
      playable: ('webrtc' | 'mse' | 'hls' | 'mjpeg')[];
      /** @description Why it could not be played. */
      code?: string;
      hint?: string;
      /** @description Path of a picture, kept for ten minutes. */
      previewUrl: string | null;
    };
    DiscoveredCamera: {
      ip: string;
      /** @description As it calls itself; its address where it says nothing. */
      name: string;
      /** @description Empty, like the model, where the camera does not tell. */
      vendor: string;
      model: string;
      /** @description Its ONVIF device service. */
      onvifUrl: string;
    };
    /** @description How a camera is. */
    CameraStatus: {
      cameraId: string;
      /** @description Whether a frame came within the last 3 s. */
      connected: boolean;
      /**
       * @description `closed` for a moment, while a camera is removed.
       * @enum {string}
       */
      state: 'connecting' | 'live' | 'stalled' | 'reconnecting' | 'unauthorized' | 'closed';
      /** @description Frames per second over the last seconds. */
      frameRate: number;
      /** @description Unix seconds. */
      lastFrameTime: number | null;
      frameCount: number;
      codec: string | null;
      width: number | null;
      height: number | null;
      transport: ('tcp' | 'udp') | null;
      /** @description Clients that see it; analysis and recording are not counted. */
      viewers: number;
      reconnects: number;
      /** @description Its sources, where it has a sub stream or still pictures. */
      streams?: components['schemas']['StreamStatus'][];
      /** @description Set while clients get fewer or lesser pictures than they asked for. */
      slowed?: components['schemas']['Slowed'];
      /** @description Absent where nothing is kept of it. */
      recording?: components['schemas']['RecorderStatus'];
      /** @description Name of the agent that reaches it. */
      agent?: string;
      /** @description Stable code of why it is not live. */
      reason?: string;
      /** @description The same as a sentence. */
      detail?: string;
      /** @description What a person can do about it. */
      hint?: string;
      /** @description Unix seconds. */
      nextRetryAt?: number;
    } & {
      [key: string]: unknown;
    };
    StreamStatus: {
      /** @enum {string} */
      name: 'main' | 'sub' | 'still';
      connected: boolean;
      codec: string | null;
      width: number | null;
      height: number | null;
    };
    Slowed: {
      /**
       * @description What is short.
       * @enum {string}
       */
      reason: 'memory' | 'processor';
      /** @description What is done about it. */
      detail: string;
      /** @description Unix seconds. */
      since: number;
    };
    RecorderStatus: {
      /**
       * @description `recording`: to disk. `ready`: the newest seconds stay in memory. `waiting`: no pictures came yet. `paused`: the disk is full or fails; it is tried again. `unsupported`: its video cannot be recorded.
       * @enum {string}
       */
      state: 'waiting' | 'ready' | 'recording' | 'paused' | 'unsupported';
      /** @description Stable code of why it is paused or not possible. */
      reason: string | null;
    };
    NewAgent: {
      /** @description Cameras name it as their place. */
      name: string;
    };
    CreatedAgent: {
      name: string;
      /** @description For `AGENT_TOKEN` of `npm run agent`; in this answer only. */
      token: string;
    };
    Agent: {
      name: string;
      /** @enum {string} */
      state: 'online' | 'offline';
      /**
       * Format: date-time
       * @description When it went online or offline; at the start of the gateway all are offline.
       */
      since: string;
      /** @description Of its program; null while it is offline. */
      version: string | null;
      /** @description Where it dials from; null while it is offline. */
      address: string | null;
      /** @description Round trip of the last ping. */
      latencyMs: number | null;
      /** @description Name of the other gateway to which it is connected; absent: this one, or none. */
      gateway?: string;
      /** @description Ids of the cameras whose place it is. */
      cameras: string[];
    };
    PtzStatus: {
      /** @enum {string} */
      kind: 'onvif' | 'ptzoptics' | 'visca';
      absolute: boolean;
      relative: boolean;
      focus: boolean;
      home: boolean;
      /** @description Whether the camera lists and names its presets. */
      namedPresets: boolean;
      /** @description Degrees at the ends of the range, where they are known. */
      degrees?: {
        pan: [number, number];
        tilt: [number, number];
      };
      /** @description Whether a move of a client is under way. */
      moving: boolean;
      /** @description As in `absolute`; `null` where the camera does not tell. */
      position: {
        pan: number;
        tilt: number;
        zoom: number;
      } | null;
      /** @description Horizontal, degrees, from `lens`; at zoom 0 where the camera does not tell its zoom. */
      fieldOfView: number;
    };
    PtzPreset: {
      id: string;
      name: string;
    };
    PtzCentre: {
      /** @description What to look for: `person`, `the red car`. */
      object?: string;
      /** @description A point of the picture, in shares of width and height from the upper left. */
      point?: {
        x: number;
        y: number;
      };
      /**
       * @description Distance from the middle that is good enough, as a share of width and height.
       * @default 0.05
       */
      tolerance?: number;
    };
    PtzCentred: {
      /** @description Whether the object was last seen within the tolerance; of a point: true. */
      centred: boolean;
      /** @description Moves that were needed. */
      moves: number;
      /** @description From the middle when it was last seen; `null` of a point. */
      offset: {
        x: number;
        y: number;
      } | null;
    };
    PtzFollow: {
      /**
       * @description `person` is found by detection, everything else by the reasoning provider.
       * @default person
       */
      object?: string;
      /**
       * @description Ends after this, at the latest.
       * @default 600
       */
      seconds?: number;
      /**
       * @description Limit, as a share of full speed.
       * @default 0.5
       */
      speed?: number;
      /**
       * @description Seconds from the announcement to the first move, in which it can be cancelled.
       * @default 0
       */
      announceSeconds?: number;
    };
    PtzTask: {
      id: string;
      /** @enum {string} */
      kind: 'centre' | 'follow' | 'tour' | 'preset';
      /** @enum {string} */
      state: 'announced' | 'running' | 'done' | 'cancelled' | 'failed';
      /** Format: date-time */
      announcedAt: string;
      /** Format: date-time */
      startsAt: string;
      endedAt: string | null;
      /** @description Why it ended, where that is not plain: `lost`, `operator`, `gateway-gone`, an error code. */
      reason: string | null;
      /** @description What it does now: `following`, `searching`, `preset 3`. */
      phase: string | null;
      /** @description Of a tour: its report so far. */
      stops: {
        preset: string;
        /** Format: date-time */
        at: string;
        answer: string | null;
        error: string | null;
        frameUrl: string | null;
      }[];
    };
    PtzTour: {
      /** @description Ids of presets, in order. */
      presets: string[];
      /** @description Asked at each preset. */
      question?: string;
      /**
       * @description Rest at each preset before it is asked.
       * @default 2
       */
      dwellSeconds?: number;
      /**
       * @description Seconds from the announcement to the first move, in which it can be cancelled.
       * @default 0
       */
      announceSeconds?: number;
    };
    /** @description Text of the camera; empty where it does not tell. */
    CameraDevice: {
      vendor: string;
      model: string;
      firmware: string;
      serialNumber: string;
      /** @description HTTP port of its ONVIF service. */
      onvifPort: number;
    };
    /** @description Null for what the camera does not have. */
    Imaging: {
      brightness: number | null;
      contrast: number | null;
      saturation: number | null;
      sharpness: number | null;
      irCutFilter: ('auto' | 'on' | 'off') | null;
    };
    ImagingChanges: {
      /** @description Brightness, from 0 to 1 of what the camera allows. */
      brightness?: number;
      /** @description Contrast, from 0 to 1 of what the camera allows. */
      contrast?: number;
      /** @description Saturation of colours, from 0 to 1 of what the camera allows. */
      saturation?: number;
      /** @description Sharpness, from 0 to 1 of what the camera allows. */
      sharpness?: number;
      /**
       * @description `off` lets infrared in: pictures at night, without colours.
       * @enum {string}
       */
      irCutFilter?: 'auto' | 'on' | 'off';
    };
    EventPage: {
      events: components['schemas']['CameraEvent'][];
      /** @description The `cursor` of the next page; null on the last one. */
      nextCursor: string | null;
    };
    CameraEvent: {
      id: string;
      cameraId: string;
      /** @description `motion`, `person`, `face` or `watch`; of a camera itself `tampering` and `crossing` too. */
      kind: string;
      label: string;
      /** @description The best so far, 0 to 1; null where there is none. */
      score: number | null;
      /** @enum {string} */
      state: 'open' | 'ended';
      /** Format: date-time */
      startedAt: string;
      /** Format: date-time */
      updatedAt: string;
      /** @description Null while it goes on, like the duration. */
      endedAt: string | null;
      durationMs: number | null;
      /** @description Names of the zones in which it was seen, in the order of that. */
      zones: string[];
      /** @description Path of its best picture. */
      snapshotUrl: string | null;
      /** @description Null without a picture, and for events of earlier versions, of which only the JPEG is known. */
      pictures: {
        first: components['schemas']['EventPicture'] | null;
        best: components['schemas']['EventPicture'];
      } | null;
      /** @description Path of what was recorded around it. */
      clipUrl: string | null;
      /** @description What else is known of it. */
      data: {
        [key: string]: unknown;
      };
    };
    EventPicture: {
      /** @description Path of the JPEG. */
      url: string;
      /** Format: date-time */
      takenAt: string;
      /** @description What was found in it, the most certain first. */
      objects: {
        label: string;
        /** @description Null: what a watch found. */
        score: number | null;
        /** @description Left, top, width and height, from 0 to 1. */
        box: [number, number, number, number];
      }[];
    };
    /** @enum {string} */
    NoticeKind:
      | 'motion'
      | 'person'
      | 'face'
      | 'watch'
      | 'tampering'
      | 'crossing'
      | 'camera-offline'
      | 'camera-online'
      | 'worker-lost'
      | 'worker-back'
      | 'agent-lost'
      | 'agent-back'
      | 'disk-low'
      | 'disk-free';
    /** @description In the time zone of the gateway. */
    NotificationPeriod: {
      /** @description On which it begins; default all. */
      days?:
        | []
        | ['sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat']
        | [
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
          ]
        | [
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
          ]
        | [
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
          ]
        | [
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
          ]
        | [
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
            'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat',
          ];
      from: string;
      /** @description Before `from`: on the next day. */
      to: string;
    };
    /** @description Without its secrets. */
    NotificationTargetView:
      | {
          /** @constant */
          kind: 'webhook';
          /** @description Scheme, host and port of its address; the rest may be secret. */
          origin: string;
          /** @description Names alone. */
          headers: string[];
          template: string | null;
          /** @enum {string} */
          contentType: 'application/json' | 'text/plain' | 'application/x-www-form-urlencoded';
        }
      | {
          /** @constant */
          kind: 'ntfy';
          server: string;
          topic: string;
          hasToken: boolean;
          priority: number;
        }
      | {
          /** @constant */
          kind: 'push';
          origin: string;
          endpointHash: string;
        }
      | {
          /** @constant */
          kind: 'email';
          to: string[];
        };
    Notification: {
      id: string;
      name: string;
      target: components['schemas']['NotificationTargetView'];
      /** @description Null: all. */
      cameras: (string | number)[] | null;
      /** @description Null: all; empty: only what actions of watches send. */
      kinds: components['schemas']['NoticeKind'][] | null;
      /** @description Only events with one of these labels. */
      labels: string[] | null;
      /** @description Only events in one of these zones, by name. */
      zones: string[] | null;
      /** @description Only what happens then. */
      times: components['schemas']['NotificationPeriod'][] | null;
      /** @description Quiet hours: what happens then is told together when they end. */
      quiet: components['schemas']['NotificationPeriod'][] | null;
      /** @description At most one notice of a camera in this time; further events come together in the next. 0: each. */
      groupSeconds: number;
      /** @description How long a camera, worker or agent is away before that is told. */
      afterSeconds: number;
      linkBase: string;
      enabled: boolean;
      /** @description Notices that are not delivered yet. */
      waiting: number;
      /** @description How the last attempt ended. */
      last: {
        /** Format: date-time */
        at: string;
        /** @enum {string} */
        state: 'delivered' | 'retrying' | 'parked';
        /** @description HTTP or SMTP status of the answer. */
        status: number | null;
        error: string | null;
      } | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
    };
    NotificationTest: {
      delivered: boolean;
      /** @description HTTP or SMTP status of the answer; null without one. */
      status: number | null;
      error: string | null;
      /** @description The beginning of the answer. */
      response: string | null;
    };
    RecordingList: {
      bytes: number;
      quotaBytes: number;
      cameras: components['schemas']['RecordingSummary'][];
    };
    RecordingSummary: {
      cameraId: string;
      from: string | null;
      to: string | null;
      bytes: number;
      segments: number;
      /** @description What the recorder does now; null where there is none, as for a camera that was removed. */
      state: ('waiting' | 'ready' | 'recording' | 'paused' | 'unsupported') | null;
      /** @description Stable code of why it is paused or does nothing. */
      reason: string | null;
    };
    Recording: {
      cameraId: string;
      /** @description What is recorded, in order of time. */
      spans: {
        /** Format: date-time */
        from: string;
        /** Format: date-time */
        to: string;
        bytes: number;
      }[];
      /** @description What is missing between them, and why. */
      gaps: {
        /** Format: date-time */
        from: string;
        /** Format: date-time */
        to: string;
        /** @enum {string} */
        reason:
          | 'off'
          | 'reconnected'
          | 'interrupted'
          | 'clock-changed'
          | 'restarted'
          | 'storage-full'
          | 'removed';
      }[];
      /** @description Agents and workers that may have more of it and do not answer; absent: none. */
      unavailable?: {
        code: string;
        error: string;
      }[];
    };
    MotionLevel: {
      cameraId: string;
      /** @description Capture time of the picture, Unix seconds. */
      timestamp: number;
      /**
       * @description `learning`: the background is not known yet; `scene-change`: the whole picture changed. Neither counts as motion.
       * @enum {string}
       */
      state: 'still' | 'moving' | 'learning' | 'scene-change';
      /** @description Largest connected change, as a share of the picture. */
      area: number;
      /** @description The least that counts as motion. */
      minArea: number;
      /** @description The same of each zone. */
      zones: {
        name: string;
        area: number;
        minArea: number;
      }[];
    };
    /** @description The frame that was asked about, where a camera was. */
    AskedFrame: {
      cameraId: string;
      sequence: number;
      /** @description Capture time, Unix seconds. */
      timestamp: number;
      ageMs: number;
      width: number;
      height: number;
      /** @description The very picture, while it is kept. */
      url: string;
    };
    /** @description Corners from 0 to 1, origin top left. */
    Box: {
      x_min: number;
      y_min: number;
      x_max: number;
      y_max: number;
    };
    MoondreamStatus: {
      configured: boolean;
      /** @enum {string} */
      state: 'not-configured' | 'untested' | 'ok' | 'failing';
      /** @description Host that is asked; null when none is. */
      server: string | null;
      model: string | null;
      ratePerSecond: number;
      /** @description Questions that wait for their turn. */
      waiting: number;
      breaker: string;
      lastSuccessAt: string | null;
      lastError: {
        code: string;
        message: string;
        hint?: string;
        /** Format: date-time */
        at: string;
      } | null;
      today: {
        asked: number;
        /** @description Null: no bound. */
        max: number | null;
      };
    };
    AskRequest: {
      /** @description Each camera is asked by itself; `["*"]` asks all that are switched on. */
      cameraIds: ('*' | (string | number))[];
      /**
       * @description Pictures in the question; more than one need a provider that takes several.
       * @default 1
       */
      frames?: number;
      /**
       * @description Seconds that the pictures are spread over. They are the last seconds where the camera keeps them in memory (`keep`); else the first is taken when the request comes. `frames` of the answer has the times.
       * @default 0
       */
      over?: number;
      /** @description A part of the picture, `[left, top, width, height]` from 0 to 1. */
      area?: [number, number, number, number];
      /** @description Oldest picture that may be asked about; 3000 unless given. `ageMs` of the frame tells it. */
      maxAgeMs?: number;
      /**
       * @description In place of the one that suits best.
       * @enum {string}
       */
      provider?: 'moondream' | 'vlm';
      /**
       * @description Answer as server-sent events, like `Accept: text/event-stream`.
       * @default false
       */
      stream?: boolean;
      question: string;
      /** @default text */
      answer?: components['schemas']['AnswerForm'];
    };
    /** @description What `value` is: the text, `true` or `false`, a number, one of the choices of `enum`, or JSON of a `schema`; null where the answer does not say. */
    AnswerForm:
      | ('text' | 'yesno' | 'number')
      | {
          enum: string[];
        }
      | {
          schema: components['schemas']['AnswerSchema'];
        };
    /** @description A JSON Schema. */
    AnswerSchema: {
      [key: string]: unknown;
    };
    ReasonAnswers: {
      answers: (components['schemas']['ReasonAnswer'] | components['schemas']['ReasonFailure'])[];
    };
    ReasonAnswer: {
      id: string;
      /** @enum {string} */
      kind: 'ask' | 'describe' | 'find' | 'point' | 'count';
      cameraId: string;
      question?: string;
      object?: string;
      /** @description In words. */
      answer: string;
      objects?: components['schemas']['Box'][];
      points?: {
        x: number;
        y: number;
      }[];
      count?: number;
      /** @description For programs: see `answer` of the request; how many, for objects. */
      value: unknown;
      /**
       * @description Boxes and points are those of the whole picture, with an `area` too; `estimated` by a language model, which may be off.
       * @enum {string}
       */
      coordinates?: 'detected' | 'estimated';
      /** @description The newest of the pictures that were asked about. */
      frame: components['schemas']['ReasonFrame'];
      /** @description All of them, where there were several. */
      frames?: components['schemas']['ReasonFrame'][];
      /** @description The part of the picture that `frame` shows. */
      area?: [number, number, number, number];
      /** @enum {string} */
      provider: 'moondream' | 'vlm';
      model: string | null;
      latencyMs: number;
      /** @description The picture had not changed since it was asked about last. */
      cached: boolean;
      /** Format: date-time */
      askedAt: string;
    };
    ReasonFrame: {
      sequence: number;
      /** @description Capture time, Unix seconds. */
      timestamp: number;
      /** @description When it was fetched. */
      ageMs: number;
      width: number;
      height: number;
      /** @description Path of the very picture, kept as long as the answer. */
      url: string;
    };
    /** @description Why one of several cameras has no answer. */
    ReasonFailure: {
      cameraId: string;
      error: {
        code: string;
        detail: string;
        status: number;
        hint?: string;
        /** @description Seconds. */
        retryAfter?: number;
      } & {
        [key: string]: unknown;
      };
    };
    DescribeRequest: {
      /** @description Each camera is asked by itself; `["*"]` asks all that are switched on. */
      cameraIds: ('*' | (string | number))[];
      /**
       * @description Pictures in the question; more than one need a provider that takes several.
       * @default 1
       */
      frames?: number;
      /**
       * @description Seconds that the pictures are spread over. They are the last seconds where the camera keeps them in memory (`keep`); else the first is taken when the request comes. `frames` of the answer has the times.
       * @default 0
       */
      over?: number;
      /** @description A part of the picture, `[left, top, width, height]` from 0 to 1. */
      area?: [number, number, number, number];
      /** @description Oldest picture that may be asked about; 3000 unless given. `ageMs` of the frame tells it. */
      maxAgeMs?: number;
      /**
       * @description In place of the one that suits best.
       * @enum {string}
       */
      provider?: 'moondream' | 'vlm';
      /**
       * @description Answer as server-sent events, like `Accept: text/event-stream`.
       * @default false
       */
      stream?: boolean;
      /**
       * @default normal
       * @enum {string}
       */
      length?: 'short' | 'normal' | 'long';
    };
    FindRequest: {
      /** @description Each camera is asked by itself; `["*"]` asks all that are switched on. */
      cameraIds: ('*' | (string | number))[];
      /**
       * @description Pictures in the question; more than one need a provider that takes several.
       * @default 1
       */
      frames?: number;
      /**
       * @description Seconds that the pictures are spread over. They are the last seconds where the camera keeps them in memory (`keep`); else the first is taken when the request comes. `frames` of the answer has the times.
       * @default 0
       */
      over?: number;
      /** @description A part of the picture, `[left, top, width, height]` from 0 to 1. */
      area?: [number, number, number, number];
      /** @description Oldest picture that may be asked about; 3000 unless given. `ageMs` of the frame tells it. */
      maxAgeMs?: number;
      /**
       * @description In place of the one that suits best.
       * @enum {string}
       */
      provider?: 'moondream' | 'vlm';
      /**
       * @description Answer as server-sent events, like `Accept: text/event-stream`.
       * @default false
       */
      stream?: boolean;
      /** @description What to look for. */
      object: string;
    };
    PointRequest: {
      /** @description Each camera is asked by itself; `["*"]` asks all that are switched on. */
      cameraIds: ('*' | (string | number))[];
      /**
       * @description Pictures in the question; more than one need a provider that takes several.
       * @default 1
       */
      frames?: number;
      /**
       * @description Seconds that the pictures are spread over. They are the last seconds where the camera keeps them in memory (`keep`); else the first is taken when the request comes. `frames` of the answer has the times.
       * @default 0
       */
      over?: number;
      /** @description A part of the picture, `[left, top, width, height]` from 0 to 1. */
      area?: [number, number, number, number];
      /** @description Oldest picture that may be asked about; 3000 unless given. `ageMs` of the frame tells it. */
      maxAgeMs?: number;
      /**
       * @description In place of the one that suits best.
       * @enum {string}
       */
      provider?: 'moondream' | 'vlm';
      /**
       * @description Answer as server-sent events, like `Accept: text/event-stream`.
       * @default false
       */
      stream?: boolean;
      /** @description What to look for. */
      object: string;
    };
    CountRequest: {
      /** @description Each camera is asked by itself; `["*"]` asks all that are switched on. */
      cameraIds: ('*' | (string | number))[];
      /**
       * @description Pictures in the question; more than one need a provider that takes several.
       * @default 1
       */
      frames?: number;
      /**
       * @description Seconds that the pictures are spread over. They are the last seconds where the camera keeps them in memory (`keep`); else the first is taken when the request comes. `frames` of the answer has the times.
       * @default 0
       */
      over?: number;
      /** @description A part of the picture, `[left, top, width, height]` from 0 to 1. */
      area?: [number, number, number, number];
      /** @description Oldest picture that may be asked about; 3000 unless given. `ageMs` of the frame tells it. */
      maxAgeMs?: number;
      /**
       * @description In place of the one that suits best.
       * @enum {string}
       */
      provider?: 'moondream' | 'vlm';
      /**
       * @description Answer as server-sent events, like `Accept: text/event-stream`.
       * @default false
       */
      stream?: boolean;
      /** @description What to look for. */
      object: string;
    };
    ReasonHistory: {
      answers: components['schemas']['ReasonAnswer'][];
      /** @description The `cursor` of the next page; null on the last one. */
      nextCursor: string | null;
    };
    ReasonStatus: {
      /** @description Whether any provider can be asked. */
      configured: boolean;
      /** @description Asked first, where it can do what is asked. */
      preferred: ('moondream' | 'vlm') | null;
      providers: {
        configured: boolean;
        /** @enum {string} */
        state: 'not-configured' | 'untested' | 'ok' | 'failing';
        /** @description Host that is asked; null when none is. */
        server: string | null;
        model: string | null;
        ratePerSecond: number;
        /** @description Questions that wait for their turn. */
        waiting: number;
        breaker: string;
        lastSuccessAt: string | null;
        lastError: {
          code: string;
          message: string;
          hint?: string;
          /** Format: date-time */
          at: string;
        } | null;
        /** @enum {string} */
        name: 'moondream' | 'vlm';
        skills: components['schemas']['ProviderSkills'];
        /**
         * @description Where it was set up.
         * @enum {string}
         */
        source: 'environment' | 'page' | 'none';
        today: {
          asked: number;
          /** @description Null: no bound. */
          max: number | null;
        };
      }[];
    };
    /** @description What a provider can do. */
    ProviderSkills: {
      query: boolean;
      caption: boolean;
      /** @enum {string} */
      detect: 'detected' | 'estimated';
      /** @enum {string} */
      point: 'detected' | 'estimated';
      segment: boolean;
      severalPictures: boolean;
      /** @description The server keeps to a JSON Schema by itself. */
      structured: boolean;
      streaming: boolean;
    };
    ReasonSettings: {
      moondream: {
        url: string | null;
        model: string | null;
        hasKey: boolean;
        /**
         * @description Only what the page set can be changed here.
         * @enum {string}
         */
        source: 'environment' | 'page' | 'none';
      };
      vlm: {
        url: string | null;
        model: string | null;
        hasKey: boolean;
        /**
         * @description Only what the page set can be changed here.
         * @enum {string}
         */
        source: 'environment' | 'page' | 'none';
      };
      preferred: ('moondream' | 'vlm') | null;
      /** @description REASONING_PROVIDER is set. */
      isPreferenceFixed: boolean;
    };
    /** @description A provider replaces the one before, whose key stays where none is given; null removes it. */
    ReasonSettingsChanges: {
      moondream?: components['schemas']['ProviderDraft'] | null;
      vlm?: components['schemas']['ProviderDraft'] | null;
      preferred?: ('moondream' | 'vlm') | null;
    };
    ProviderDraft: {
      /**
       * Format: uri
       * @description Base address; absent: the cloud of Moondream, or that of OpenAI.
       */
      url?: string;
      /** @description Never answered. */
      key?: string;
      model?: string;
    };
    /** @description Without address, key and model what is set is tested. */
    ProviderTest: {
      /** @enum {string} */
      provider: 'moondream' | 'vlm';
      /**
       * Format: uri
       * @description Base address; absent: the cloud of Moondream, or that of OpenAI.
       */
      url?: string;
      /** @description Never answered. */
      key?: string;
      model?: string;
    };
    ProviderTestAnswer: {
      /** @constant */
      success: true;
      /** @description What the model said of a small red picture. */
      answer: string;
      latencyMs: number;
      /** @description Models that the server offers; empty where it does not tell. */
      models: string[];
    };
    Digest: {
      /** Format: date-time */
      from: string;
      /** Format: date-time */
      to: string;
      events: number;
      /** @description Events by kind. */
      byKind: {
        [key: string]: number;
      };
      /** @description Events by camera. */
      byCamera: {
        [key: string]: number;
      };
      /** @description Questions that were asked of cameras. */
      answers: number;
      /** @description Parts of the time in which there were events: 5 minutes, an hour or a day each. */
      timeline: {
        /** Format: date-time */
        at: string;
        events: number;
        byKind: {
          [key: string]: number;
        };
      }[];
      /** @description What watches that fired and questions were answered, newest first. */
      readings: {
        cameraId: string;
        /** Format: date-time */
        at: string;
        question: string;
        answer: string;
      }[];
      /** @description The most telling ones, at most three, as paths. */
      pictures: {
        cameraId: string;
        /** Format: date-time */
        at: string;
        label: string;
        url: string;
      }[];
      /** @description Null without a provider, and where it failed. */
      text: string | null;
      provider: ('moondream' | 'vlm') | null;
      /** @description False where there were more events than are counted. */
      isComplete: boolean;
    };
    NewWatch: {
      skill: components['schemas']['WatchSkill'];
      /** @description Question or object; a caption takes none. */
      prompt?: string;
      /** @description Milliseconds between two questions. */
      everyMs?: number;
      /** @description Ask while there is motion. */
      onMotion?: boolean;
      /** @description When an answer counts: yes, no or text for `query`, text for `caption`, numbers for `query`, `detect` and `point`. */
      condition?:
        | ('yes' | 'no')
        | {
            /** @enum {string} */
            answer: 'yes' | 'no';
          }
        | {
            contains: string;
          }
        | {
            atLeast: number;
          }
        | {
            atMost: number;
          }
        | {
            /** @constant */
            changed: true;
          };
      /** @description It fires when `n` of the last `of` answers count. */
      n?: number;
      /** @description `n` unless given. */
      of?: number;
      /** @description Silence after it fired. */
      cooldownMs?: number;
      /** @description Tell the analysis backend too. */
      deliver?: boolean;
      /** @description The part of the picture that is looked at. */
      area?: [number, number, number, number] | null;
      /** @description Name of a zone of the camera, in place of `area`: only motion in it counts, only what stands in it is counted, and questions are about the part of the picture around it. */
      zone?: string | null;
      /** @description Who is asked; the preferred one unless given. */
      provider?: ('moondream' | 'vlm') | null;
      /** @description Done when it fires. */
      actions?:
        | []
        | [components['schemas']['WatchAction']]
        | [components['schemas']['WatchAction'], components['schemas']['WatchAction']]
        | [
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
          ]
        | [
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
          ]
        | [
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
          ];
      enabled?: boolean;
      cameraId: string | number;
    };
    /** @enum {string} */
    WatchSkill: 'query' | 'caption' | 'detect' | 'point';
    WatchAction:
      | components['schemas']['PresetAction']
      | components['schemas']['NotificationAction']
      | components['schemas']['WebhookAction'];
    /** @description Announced for three seconds; gives way to people. */
    PresetAction: {
      /** @constant */
      kind: 'ptz-preset';
      /** @description Id of the preset. */
      preset: string;
      /** @description The camera of the watch unless given. */
      cameraId?: string | number;
    };
    /** @description Tells a notification, past its filters; quiet hours and grouping hold. */
    NotificationAction: {
      /** @constant */
      kind: 'notification';
      notificationId: string;
    };
    /** @description Calls the webhook of a notification for this event alone, in quiet hours too. */
    WebhookAction: {
      /** @constant */
      kind: 'webhook';
      notificationId: string;
    };
    StandingWatch: {
      id: string;
      cameraId: string;
      skill: components['schemas']['WatchSkill'];
      prompt: string;
      everyMs: number;
      onMotion: boolean;
      condition: components['schemas']['WatchCondition'];
      n: number;
      of: number;
      cooldownMs: number;
      deliver: boolean;
      area: [number, number, number, number] | null;
      zone: string | null;
      provider: string | null;
      actions: components['schemas']['WatchAction'][];
      enabled: boolean;
      /**
       * @description `failing`: the last question was not answered; `lastError` says why.
       * @enum {string}
       */
      state: 'paused' | 'asking' | 'failing' | 'cooling-down' | 'waiting-for-motion' | 'waiting';
      /** @description Those that count now, oldest first. */
      answers: components['schemas']['WatchAnswer'][];
      /** @description The last 20, oldest first, whether they count or not. */
      readings: components['schemas']['WatchAnswer'][];
      lastAnswer: components['schemas']['WatchAnswer'] | null;
      lastError: {
        code: string;
        message: string;
        hint?: string;
        /** Format: date-time */
        at: string;
      } | null;
      asked: number;
      fired: number;
      lastAskedAt: string | null;
      lastFiredAt: string | null;
      lastEventId: string | null;
      nextAskAt: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
    };
    /** @description When an answer counts. */
    WatchCondition:
      | {
          /** @enum {string} */
          answer: 'yes' | 'no';
        }
      | {
          contains: string;
        }
      | {
          atLeast: number;
        }
      | {
          atMost: number;
        }
      | {
          /** @constant */
          changed: true;
        };
    WatchAnswer: {
      /** Format: date-time */
      at: string;
      /**
       * @description Whether it fulfils the condition.
       * @enum {string}
       */
      reading: 'yes' | 'no' | 'unknown';
      text: string;
      /** @description What the condition was compared with. */
      number: number | null;
      sequence: number;
      /** @description Capture time of the frame, Unix seconds. */
      timestamp: number;
    };
    WatchTest: {
      /**
       * @description Whether it fulfils the condition.
       * @enum {string}
       */
      reading: 'yes' | 'no' | 'unknown';
      text: string;
      number: number | null;
      sequence: number;
      timestamp: number;
      /** @description The picture that was asked about, as a data URL. */
      picture: string;
    };
    WatchChanges: {
      skill?: components['schemas']['WatchSkill'];
      /** @description Question or object; a caption takes none. */
      prompt?: string;
      /** @description Milliseconds between two questions. */
      everyMs?: number;
      /** @description Ask while there is motion. */
      onMotion?: boolean;
      /** @description When an answer counts: yes, no or text for `query`, text for `caption`, numbers for `query`, `detect` and `point`. */
      condition?:
        | ('yes' | 'no')
        | {
            /** @enum {string} */
            answer: 'yes' | 'no';
          }
        | {
            contains: string;
          }
        | {
            atLeast: number;
          }
        | {
            atMost: number;
          }
        | {
            /** @constant */
            changed: true;
          };
      /** @description It fires when `n` of the last `of` answers count. */
      n?: number;
      /** @description `n` unless given. */
      of?: number;
      /** @description Silence after it fired. */
      cooldownMs?: number;
      /** @description Tell the analysis backend too. */
      deliver?: boolean;
      /** @description The part of the picture that is looked at. */
      area?: [number, number, number, number] | null;
      /** @description Name of a zone of the camera, in place of `area`: only motion in it counts, only what stands in it is counted, and questions are about the part of the picture around it. */
      zone?: string | null;
      /** @description Who is asked; the preferred one unless given. */
      provider?: ('moondream' | 'vlm') | null;
      /** @description Done when it fires. */
      actions?:
        | []
        | [components['schemas']['WatchAction']]
        | [components['schemas']['WatchAction'], components['schemas']['WatchAction']]
        | [
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
          ]
        | [
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
          ]
        | [
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
            components['schemas']['WatchAction'],
          ];
      enabled?: boolean;
    };
    DeviceMetadata: {
      name: string;
      /** @description Whether it can be watched now. */
      ready: boolean;
      /** @description Whether what is watched comes from the device itself, now. */
      source_ready: boolean;
      /** @description Labels of codecs. */
      tracks: string[];
      readers: unknown[];
      reader_count: number;
      /** @description Where a WHEP player can watch it. */
      whep_url: string | null;
      /** @description One word for people. */
      state: string;
    } & {
      [key: string]: unknown;
    };
    Device: {
      /** @description Name of the device; `source:name` where another one had the name first. */
      device_key: string;
      device_type: string;
      /** @description Who told of it: `gateway` or `mediamtx`. */
      source: string;
      /** Format: date-time */
      last_seen: string;
      is_active: boolean;
      /** @description JSON text of `DeviceMetadata`. */
      device_metadata: string;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
    };
    NewRtspStream: {
      /** @description Id for the stream; one that is taken is refused. */
      cameraId: string | number;
      /** @description What the camera looks at, in words for the analysis. */
      cameraDescription?: string | null;
      /** @constant */
      streamType: 'rtsp';
      rtspUrl: string;
    };
    StoredCameraStream: {
      cameraId: string;
      cameraDescription: string | null;
      /** @enum {string} */
      streamType: 'rtsp' | 'video';
      /** @description Passwords masked; null for uploads, and where the key that sealed it is lost. */
      rtspUrl: string | null;
      /** @description Absolute; null for RTSP, and for a video that was removed. */
      videoUrl: string | null;
      videoBytes: number | null;
      /** @description When an upload made room for newer ones; null while it is there. */
      videoRemovedAt: string | null;
      /** Format: date-time */
      createdAt: string;
      /** @constant */
      success: true;
    };
    CameraStream: {
      cameraId: string;
      cameraDescription: string | null;
      /** @enum {string} */
      streamType: 'rtsp' | 'video';
      /** @description Passwords masked; null for uploads, and where the key that sealed it is lost. */
      rtspUrl: string | null;
      /** @description Absolute; null for RTSP, and for a video that was removed. */
      videoUrl: string | null;
      videoBytes: number | null;
      /** @description When an upload made room for newer ones; null while it is there. */
      videoRemovedAt: string | null;
      /** Format: date-time */
      createdAt: string;
    };
    DeliveryPage: {
      deliveries: components['schemas']['Delivery'][];
      /** @description The `cursor` of the next page; null on the last one. */
      nextCursor: string | null;
    };
    Delivery: {
      id: string;
      /** @description `*` for what concerns no camera. */
      cameraId: string;
      /** @description Null: for the analysis backend. */
      notificationId: string | null;
      status: components['schemas']['DeliveryStatus'];
      attempts: number;
      /** @description Null as well while an earlier delivery of the camera goes first. */
      nextAttemptAt: string | null;
      /** @description HTTP status of the last attempt. */
      lastStatus: number | null;
      lastError: string | null;
      /** @description The beginning of the answer. */
      lastResponse: string | null;
      /** @description Null when it cannot be read any more. */
      payload: components['schemas']['DeliveryPayload'] | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
      deliveredAt: string | null;
    };
    /** @enum {string} */
    DeliveryStatus: 'pending' | 'delivered' | 'parked';
    /** @description What is told, of a stream, of an event or of a time. Passwords masked. */
    DeliveryPayload:
      | components['schemas']['DigestPayload']
      | components['schemas']['CameraStreamPayload']
      | components['schemas']['CameraEventPayload']
      | components['schemas']['NoticePayload'];
    /** @description What cameras saw in an hour or a day. */
    DigestPayload: {
      /** Format: date-time */
      from: string;
      /** Format: date-time */
      to: string;
      events: number;
      /** @description Events by kind. */
      byKind: {
        [key: string]: number;
      };
      /** @description Events by camera. */
      byCamera: {
        [key: string]: number;
      };
      /** @description Questions that were asked of cameras. */
      answers: number;
      /** @description Parts of the time in which there were events: 5 minutes, an hour or a day each. */
      timeline: {
        /** Format: date-time */
        at: string;
        events: number;
        byKind: {
          [key: string]: number;
        };
      }[];
      /** @description What watches that fired and questions were answered, newest first. */
      readings: {
        cameraId: string;
        /** Format: date-time */
        at: string;
        question: string;
        answer: string;
      }[];
      /** @description The most telling ones, at most three, as paths. */
      pictures: {
        cameraId: string;
        /** Format: date-time */
        at: string;
        label: string;
        url: string;
      }[];
      /** @description Null without a provider, and where it failed. */
      text: string | null;
      provider: ('moondream' | 'vlm') | null;
      /** @description False where there were more events than are counted. */
      isComplete: boolean;
      digest_id: string;
    };
    CameraStreamPayload: {
      camera_id: string;
      camera_description: string | null;
      /** @enum {string} */
      stream_type: 'rtsp' | 'video';
      /** @description As the client gave it, password included. */
      rtsp_url: string | null;
      /** @description Absolute. */
      video_url: string | null;
    };
    CameraEventPayload: {
      event_id: string;
      camera_id: string;
      /** @description `watch`, `motion` and the like. */
      kind: string;
      label: string;
      /** @description 0 to 1; null where none is known. */
      score: number | null;
      /** @description Unix seconds. */
      started_at: number;
      /**
       * @description Absent for what takes no time, such as a watch that fires.
       * @enum {string}
       */
      change?: 'start' | 'end';
      /** @description Unix seconds; null while it goes on. Comes with `change`. */
      ended_at?: number | null;
      /** @description Names of the zones in which it was seen so far. */
      zones?: string[];
      /** @description What belongs to its kind. */
      data: {
        [key: string]: unknown;
      };
    };
    /** @description What a notification tells. */
    NoticePayload: {
      happenings: ({
        kind: string;
        cameraId: string | null;
        label: string;
      } & {
        [key: string]: unknown;
      })[];
      more: number;
      isUrgent?: boolean;
    };
    Health: {
      /**
       * @description `degraded` while a worker or the database is down.
       * @enum {string}
       */
      status: 'ok' | 'degraded' | 'draining';
      services: {
        express: string;
        rtsp: components['schemas']['RtspService'];
      } & {
        [key: string]: unknown;
      };
      /** @description Clients of `/ws` that skipped frames within 10 s: they take them too slowly. */
      slowViewers?: components['schemas']['SlowViewers'][];
      /** @description Seconds. */
      uptime: number;
      /** Format: date-time */
      timestamp: string;
    } & {
      [key: string]: unknown;
    };
    SlowViewers: {
      cameraId: string;
      viewers: number;
      /** @constant */
      reason: 'network';
    };
    LogEntry: {
      /** Format: date-time */
      at: string;
      /** @enum {string} */
      level: 'warning' | 'error';
      /** @description `gateway`, or the name of a worker. */
      process: string;
      message: string;
      cameraId?: string;
    };
    Principal: {
      signedIn: boolean;
      role: ('viewer' | 'operator' | 'admin') | null;
      /** @description How the caller was recognised. */
      kind: ('local' | 'token' | 'key' | 'session' | 'ticket' | 'proxy' | 'open') | null;
      /** @description Name of the key or person. */
      name?: string;
      /** @description The only cameras that exist for the caller; absent: all. */
      cameras?: string[];
    };
    NewKey: {
      /**
       * @description `view`: look. `operate`: also move cameras, ask, enable and disable. `admin`: all.
       * @enum {string}
       */
      scope: 'view' | 'operate' | 'admin';
      /** @description The only cameras that exist for its holder; without it, all. */
      cameras?: string[];
      /**
       * Format: date-time
       * @description When it expires; without it, never.
       */
      expires?: string;
      /** @description For people. */
      name: string;
    };
    CreatedKey: {
      /** @description Also its user name for digest authentication. */
      id: string;
      name: string;
      /**
       * @description `view`: look. `operate`: also move cameras, ask, enable and disable. `admin`: all.
       * @enum {string}
       */
      scope: 'view' | 'operate' | 'admin';
      /** @description Null for all cameras. */
      cameras: string[] | null;
      expires: string | null;
      /** Format: date-time */
      createdAt: string;
      /** @description To the minute; null before its first use. */
      lastUsedAt: string | null;
      /** @description Shown this once. */
      key: string;
    };
    Key: {
      /** @description Also its user name for digest authentication. */
      id: string;
      name: string;
      /**
       * @description `view`: look. `operate`: also move cameras, ask, enable and disable. `admin`: all.
       * @enum {string}
       */
      scope: 'view' | 'operate' | 'admin';
      /** @description Null for all cameras. */
      cameras: string[] | null;
      expires: string | null;
      /** Format: date-time */
      createdAt: string;
      /** @description To the minute; null before its first use. */
      lastUsedAt: string | null;
    };
    NewPairing: {
      /**
       * @description `view`: look. `operate`: also move cameras, ask, enable and disable. `admin`: all.
       * @enum {string}
       */
      scope: 'view' | 'operate' | 'admin';
      /** @description The only cameras that exist for its holder; without it, all. */
      cameras?: string[];
      /**
       * Format: date-time
       * @description When it expires; without it, never.
       */
      expires?: string;
    };
    Pairing: {
      /** @description Valid once. Upper case and the hyphen do not matter. */
      code: string;
      /** @description For a QR code: the address of the gateway with the code. */
      url: string;
      /** Format: date-time */
      validUntil: string;
    };
  };
}
export type Camera = components['schemas']['Camera'];
export type PtzSettings = components['schemas']['PtzSettings'];
export type OnvifSettings = components['schemas']['OnvifSettings'];
export type PtzopticsSettings = components['schemas']['PtzopticsSettings'];
export type ViscaSettings = components['schemas']['ViscaSettings'];
export type Keep = components['schemas']['Keep'];
export type AnalysisSwitches = components['schemas']['AnalysisSwitches'];
export type Polygon = components['schemas']['Polygon'];
export type Zone = components['schemas']['Zone'];
export type ConnectRequest = components['schemas']['ConnectRequest'];
export type ConnectAnswer = components['schemas']['ConnectAnswer'];
export type DisconnectAnswer = components['schemas']['DisconnectAnswer'];
export type RtspService = components['schemas']['RtspService'];
export type WorkerStatus = components['schemas']['WorkerStatus'];
export type DecoderChoice = components['schemas']['DecoderChoice'];
export type SlowedCamera = components['schemas']['SlowedCamera'];
export type NewCamera = components['schemas']['NewCamera'];
export type AnalysisSettings = components['schemas']['AnalysisSettings'];
export type CameraChanges = components['schemas']['CameraChanges'];
export type ProbeRequest = components['schemas']['ProbeRequest'];
export type ProbeAnswer = components['schemas']['ProbeAnswer'];
export type ProbeStep = components['schemas']['ProbeStep'];
export type ProbedStream = components['schemas']['ProbedStream'];
export type DiscoveredCamera = components['schemas']['DiscoveredCamera'];
export type CameraStatus = components['schemas']['CameraStatus'];
export type StreamStatus = components['schemas']['StreamStatus'];
export type Slowed = components['schemas']['Slowed'];
export type RecorderStatus = components['schemas']['RecorderStatus'];
export type NewAgent = components['schemas']['NewAgent'];
export type CreatedAgent = components['schemas']['CreatedAgent'];
export type Agent = components['schemas']['Agent'];
export type PtzStatus = components['schemas']['PtzStatus'];
export type PtzPreset = components['schemas']['PtzPreset'];
export type PtzCentre = components['schemas']['PtzCentre'];
export type PtzCentred = components['schemas']['PtzCentred'];
export type PtzFollow = components['schemas']['PtzFollow'];
export type PtzTask = components['schemas']['PtzTask'];
export type PtzTour = components['schemas']['PtzTour'];
export type CameraDevice = components['schemas']['CameraDevice'];
export type Imaging = components['schemas']['Imaging'];
export type ImagingChanges = components['schemas']['ImagingChanges'];
export type EventPage = components['schemas']['EventPage'];
export type CameraEvent = components['schemas']['CameraEvent'];
export type EventPicture = components['schemas']['EventPicture'];
export type NoticeKind = components['schemas']['NoticeKind'];
export type NotificationPeriod = components['schemas']['NotificationPeriod'];
export type NotificationTargetView = components['schemas']['NotificationTargetView'];
export type Notification = components['schemas']['Notification'];
export type NotificationTest = components['schemas']['NotificationTest'];
export type RecordingList = components['schemas']['RecordingList'];
export type RecordingSummary = components['schemas']['RecordingSummary'];
export type Recording = components['schemas']['Recording'];
export type MotionLevel = components['schemas']['MotionLevel'];
export type AskedFrame = components['schemas']['AskedFrame'];
export type Box = components['schemas']['Box'];
export type MoondreamStatus = components['schemas']['MoondreamStatus'];
export type AskRequest = components['schemas']['AskRequest'];
export type AnswerForm = components['schemas']['AnswerForm'];
export type AnswerSchema = components['schemas']['AnswerSchema'];
export type ReasonAnswers = components['schemas']['ReasonAnswers'];
export type ReasonAnswer = components['schemas']['ReasonAnswer'];
export type ReasonFrame = components['schemas']['ReasonFrame'];
export type ReasonFailure = components['schemas']['ReasonFailure'];
export type DescribeRequest = components['schemas']['DescribeRequest'];
export type FindRequest = components['schemas']['FindRequest'];
export type PointRequest = components['schemas']['PointRequest'];
export type CountRequest = components['schemas']['CountRequest'];
export type ReasonHistory = components['schemas']['ReasonHistory'];
export type ReasonStatus = components['schemas']['ReasonStatus'];
export type ProviderSkills = components['schemas']['ProviderSkills'];
export type ReasonSettings = components['schemas']['ReasonSettings'];
export type ReasonSettingsChanges = components['schemas']['ReasonSettingsChanges'];
export type ProviderDraft = components['schemas']['ProviderDraft'];
export type ProviderTest = components['schemas']['ProviderTest'];
export type ProviderTestAnswer = components['schemas']['ProviderTestAnswer'];
export type Digest = components['schemas']['Digest'];
export type NewWatch = components['schemas']['NewWatch'];
export type WatchSkill = components['schemas']['WatchSkill'];
export type WatchAction = components['schemas']['WatchAction'];
export type PresetAction = components['schemas']['PresetAction'];
export type NotificationAction = components['schemas']['NotificationAction'];
export type WebhookAction = components['schemas']['WebhookAction'];
export type StandingWatch = components['schemas']['StandingWatch'];
export type WatchCondition = components['schemas']['WatchCondition'];
export type WatchAnswer = components['schemas']['WatchAnswer'];
export type WatchTest = components['schemas']['WatchTest'];
export type WatchChanges = components['schemas']['WatchChanges'];
export type DeviceMetadata = components['schemas']['DeviceMetadata'];
export type Device = components['schemas']['Device'];
export type NewRtspStream = components['schemas']['NewRtspStream'];
export type StoredCameraStream = components['schemas']['StoredCameraStream'];
export type CameraStream = components['schemas']['CameraStream'];
export type DeliveryPage = components['schemas']['DeliveryPage'];
export type Delivery = components['schemas']['Delivery'];
export type DeliveryStatus = components['schemas']['DeliveryStatus'];
export type DeliveryPayload = components['schemas']['DeliveryPayload'];
export type DigestPayload = components['schemas']['DigestPayload'];
export type CameraStreamPayload = components['schemas']['CameraStreamPayload'];
export type CameraEventPayload = components['schemas']['CameraEventPayload'];
export type NoticePayload = components['schemas']['NoticePayload'];
export type Health = components['schemas']['Health'];
export type SlowViewers = components['schemas']['SlowViewers'];
export type LogEntry = components['schemas']['LogEntry'];
export type Principal = components['schemas']['Principal'];
export type NewKey = components['schemas']['NewKey'];
export type CreatedKey = components['schemas']['CreatedKey'];
export type Key = components['schemas']['Key'];
export type NewPairing = components['schemas']['NewPairing'];
export type Pairing = components['schemas']['Pairing'];
