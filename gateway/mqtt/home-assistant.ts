/**
 * What Home Assistant is told of a camera: one device with its entities.
 * Device discovery: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload (2024.11 and later).
 */
import { objectIdOf, type Topics } from './topics.ts';

/** What is announced of a camera. */
export interface AnnouncedCamera {
  id: string;
  name: string;
  location: string;
}

export interface AnnouncementOptions {
  topics: Topics;
  /** Of the gateway. */
  version: string;
}

const MAX_STATE = 255;

/** The retained text of a camera's discovery topic. */
export function announcementOf(
  { id, name, location }: AnnouncedCamera,
  { topics, version }: AnnouncementOptions,
): string {
  const key = `${topics.node}_${objectIdOf(id)}`;
  return JSON.stringify({
    device: {
      identifiers: [key],
      name: name === '' ? `Camera ${id}` : name,
      manufacturer: 'Visual Reasoning Gateway',
      model: 'Camera',
      sw_version: version,
      ...(location === '' ? {} : { suggested_area: location }),
    },
    origin: { name: 'visual-reasoning-gateway', sw_version: version },
    components: componentsOf(id, key, topics),
  });
}

function componentsOf(id: string, key: string, topics: Topics): Record<string, object> {
  const state = topics.camera(id, 'state');
  const gateway = { topic: topics.status };
  const whileLive = {
    availability: [gateway, { topic: topics.camera(id, 'availability') }],
    availability_mode: 'all',
  };
  const whileThere = { availability: [gateway] };
  const sensor = (kind: string, name: string, deviceClass: string) => ({
    platform: 'binary_sensor',
    unique_id: `${key}_${kind}`,
    name,
    device_class: deviceClass,
    state_topic: state,
    value_template: `{{ 'ON' if '${kind}' in value_json.active else 'OFF' }}`,
    ...whileLive,
  });
  return {
    picture: {
      platform: 'camera',
      unique_id: `${key}_picture`,
      // Named as the device.
      name: null,
      topic: topics.camera(id, 'snapshot'),
      ...whileLive,
    },
    motion: sensor('motion', 'Motion', 'motion'),
    person: sensor('person', 'Person', 'occupancy'),
    connected: {
      platform: 'binary_sensor',
      unique_id: `${key}_connected`,
      name: 'Connected',
      device_class: 'connectivity',
      entity_category: 'diagnostic',
      state_topic: state,
      value_template: "{{ 'ON' if value_json.connected else 'OFF' }}",
      json_attributes_topic: state,
      ...whileThere,
    },
    enabled: {
      platform: 'switch',
      unique_id: `${key}_enabled`,
      name: 'Enabled',
      state_topic: state,
      value_template: "{{ 'ON' if value_json.enabled else 'OFF' }}",
      state_on: 'ON',
      state_off: 'OFF',
      command_topic: topics.camera(id, 'set'),
      payload_on: '{"enabled":true}',
      payload_off: '{"enabled":false}',
      ...whileThere,
    },
    answer: {
      platform: 'sensor',
      unique_id: `${key}_answer`,
      name: 'Last answer',
      state_topic: topics.camera(id, 'answer'),
      value_template: `{{ value_json.answer[:${MAX_STATE}] }}`,
      json_attributes_topic: topics.camera(id, 'answer'),
      ...whileThere,
    },
  };
}
