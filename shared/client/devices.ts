/** Devices known to the gateway, its own cameras included. */
import type { Device, DeviceMetadata } from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';

/** Calls under `/api/devices`; all throw {@link GatewayError}. */
export class Devices {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  list(options: CallOptions & { deviceType?: string; activeOnly?: boolean } = {}): Promise<Device[]> {
    const { deviceType, activeOnly, ...call } = options;
    return this.#http.json('/api/devices', {
      ...call,
      query: { device_type: deviceType, active_only: activeOnly },
    });
  }

  /** Parses `device_metadata`; an empty object if it is not readable. */
  metadataOf(device: Device): Partial<DeviceMetadata> {
    try {
      return (JSON.parse(device.device_metadata) as Partial<DeviceMetadata> | null) ?? {};
    } catch {
      return {};
    }
  }
}
