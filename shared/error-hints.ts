/** Hints beside the codes of `errors.ts`. */

/** What an operator can do about a fault; sent as `hint` with the code. */
export const HINT_BY_CODE: Readonly<Partial<Record<string, string>>> = {
  'camera-unreachable':
    'Check the address and that the camera is powered and on a network this host can reach.',
  'camera-address-denied':
    'The operator can allow it with CAMERA_ALLOW_CIDRS (private networks on a public host), CAMERA_ALLOW_PORTS or ALLOW_LOOPBACK_CAMERAS.',
  'camera-refused': 'The host answers but nothing listens on that port; check the port (RTSP: usually 554).',
  'camera-timeout': 'The camera did not answer in time; check its address, port and network.',
  'camera-unauthorized': 'Check user name and password. Retries are rare because cameras lock out addresses.',
  'camera-path-not-found': 'The camera answers, but not at this stream path; look the path up in its manual.',
  'camera-no-video-track': 'The stream has no video track; choose another stream path.',
  'camera-unsupported-codec': 'Set the camera to H.264, H.265 or MJPEG.',
  'camera-no-frames':
    'The camera accepted the session but sends no pictures; restart it or try UDP transport.',
  'camera-protocol-error': 'The answer is not that of a camera; check the port and the path.',
  'camera-sends-too-much': 'Lower frame rate and bit rate in the camera; it is tried again by itself.',
  'camera-quarantined':
    'It goes back to the others after half an hour without a fault. Update its firmware, or report the fault with the log.',
  'camera-limit': 'Switch off cameras that are not needed, or raise MAX_CAMERAS.',
  'camera-picture-too-large': 'Choose a smaller resolution in the camera, or raise MAX_PICTURE_MEGAPIXELS.',
  'camera-video-unreadable': 'The uploaded video is damaged, missing, or still being fetched from its store.',
  'camera-disconnected': 'The camera closed the connection; the gateway reconnects by itself.',
  'camera-busy':
    'The camera serves as many viewers as it can; disconnect another one, or raise its limit of streams.',
  'camera-redirected':
    'The camera sends viewers to another address, which is not followed; enter that address instead.',
  'camera-encrypted':
    'The stream is encrypted (SRTP); take the address without it, for UniFi Protect the one without enableSrtp.',
  'camera-unknown-digest': "Set the camera's RTSP authentication to digest with MD5 or SHA-256.",
  'camera-tls-failed':
    'The camera answers, but TLS fails; check that the port is its rtsps port, and update its firmware if its TLS is old.',
  'camera-transport-refused': 'The camera does not take this transport; set transport to the other one.',
  'camera-undecodable':
    'Packets arrive, but no picture can be decoded; choose another codec or profile in the camera.',
  'no-worker-with-labels':
    'Start a worker with these WORKER_LABELS, or change the labels of the camera; it starts by itself then.',
  'agent-offline':
    'Start `npm run agent` on the network of its cameras, or look at its log there. If the agent was removed, make one of the same name, or change the place of the camera.',
  'not-a-video': 'Upload MP4, MOV, MKV, WebM, AVI or MPEG-TS; H.264, H.265 and MJPEG also play as a camera.',
  'mediamtx-unreachable':
    'Check MEDIAMTX_API_URL, and that `api: yes` is set in mediamtx.yml: it is off by default.',
  'mediamtx-unauthorized':
    'Give a user of MediaMTX the action `api` (without one, only its own machine may call) and set MEDIAMTX_API_USER and MEDIAMTX_API_PASSWORD, or MEDIAMTX_API_TOKEN.',
  'mediamtx-invalid-answer':
    'Check that MEDIAMTX_API_URL is the control API of MediaMTX (port 9997) and that no proxy answers in its place.',
  'email-not-configured': 'Set SMTP_URL, and SMTP_FROM where its user is no address, then restart.',
  'stale-frame': 'The camera sends no pictures now; its status tells why.',
  'moondream-not-configured':
    'Set up Moondream under Settings, Reasoning, or by MOONDREAM_API_KEY or MOONDREAM_API_URL.',
  'moondream-unauthorized': 'Enter a valid key under Settings, Reasoning, or in MOONDREAM_API_KEY.',
  'moondream-unreachable':
    'Check that it runs and this host reaches it; its address is under Settings, Reasoning, or in MOONDREAM_API_URL.',
  'moondream-rate-limited': 'Ask less often, or raise MOONDREAM_RATE if the plan of the key allows more.',
  'moondream-unavailable': 'Moondream failed several times in a row; the gateway retries by itself.',
  'moondream-budget-spent':
    'It answers again tomorrow (UTC), watches in the next hour; raise MOONDREAM_DAILY_MAX or MOONDREAM_HOURLY_BUDGET for more.',
  'vlm-not-configured':
    'Set up a model server under Settings, Reasoning, or by VLM_URL, VLM_KEY and VLM_MODEL.',
  'vlm-unauthorized': 'Enter a valid key under Settings, Reasoning, or in VLM_KEY.',
  'vlm-unreachable':
    'Check that it runs and this host reaches it; its address (Settings, Reasoning, or VLM_URL) usually ends in /v1.',
  'vlm-bad-request':
    'Choose a model of that server that takes pictures, under Settings, Reasoning, or in VLM_MODEL.',
  'vlm-rate-limited': 'Ask less often, or raise VLM_RATE if the plan of the key allows more.',
  'vlm-unavailable': 'The model server failed several times in a row; the gateway retries by itself.',
  'vlm-budget-spent': 'It answers again tomorrow (UTC); raise VLM_DAILY_MAX for more.',
  'reasoning-not-configured':
    'Set up a provider: a key of Moondream, or a server with the API of OpenAI (Settings, Reasoning).',
  'skill-unsupported': 'Ask another provider; GET /api/reason/status tells what each can do.',
  'model-refused': 'The model declines this question; ask it in other words, or another model.',
  'answer-unreadable': 'The model did not keep to the form that was asked for; ask a larger model.',
  'set-by-environment': 'Change the environment variable and restart, or unset it to change it here.',
  'ptz-busy': 'Cancel what the camera does, or wait for its cool-down, then ask again.',
  'object-not-seen': 'Move the camera until the object is in the picture, or describe it in other words.',
  'question-superseded': 'The same question was asked again for this camera; only the newer one is answered.',
  'upload-quota-full':
    'Delete videos that are no longer needed, or raise UPLOAD_QUOTA_MB; videos in use or waiting for delivery are kept.',
  'upload-store-unavailable':
    'Check UPLOADS_S3_* and that the store answers; no upload that was acknowledged is lost.',
  'storage-full': 'Free disk space for DATA_DIR (or the database); writes then succeed again.',
  'storage-unavailable': 'The database does not answer; requests succeed again as soon as it does.',
  'webrtc-unsupported-codec': 'Set the camera to H.264, or use another transport.',
  'webrtc-b-frames': 'Disable B-frames in the camera (profile Baseline), or use another transport.',
  'webrtc-unavailable': 'Another program may hold the UDP port; see WEBRTC_UDP_PORT.',
  'worker-not-ready': 'The worker is starting, or away; retry after the seconds in Retry-After.',
};
