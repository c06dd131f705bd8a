/** Icons, drawn with the colour of the text beside them. */
import { html, svg, type TemplateResult } from 'lit-html';

const PATHS = {
  cameras: svg`<rect x="3" y="6.500" width="12.500" height="11" rx="2.500"/><path d="m15.500 10.800 4.300-2.600a.8.800 0 0 1 1.200.7v6.200a.8.800 0 0 1-1.200.7l-4.300-2.600"/>`,
  ask: svg`<path d="M4 5.500h16v11h-8.500L7 20.500v-4H4z"/><path d="M9.800 9.300a2.200 2.200 0 1 1 3.200 2c-.700.400-1 .800-1 1.400m0 1.600v.01"/>`,
  events: svg`<path d="M3 12h4l2.500-6.500 4.500 13L16.500 12H21"/>`,
  deliveries: svg`<path d="M20.500 3.500 10.500 13.500"/><path d="m20.500 3.500-6.300 17-3.700-7-7-3.700z"/>`,
  devices: svg`<rect x="3" y="4" width="18" height="7" rx="2"/><rect x="3" y="13" width="18" height="7" rx="2"/><path d="M7 7.500h.01M7 16.500h.01"/>`,
  settings: svg`<path d="M4 7h9m5 0h2M4 17h3m5 0h8"/><circle cx="15.500" cy="7" r="2.300"/><circle cx="9.500" cy="17" r="2.300"/>`,
  docs: svg`<path d="m8.500 8-4 4 4 4m7-8 4 4-4 4"/>`,
  add: svg`<path d="M12 5v14M5 12h14"/>`,
  edit: svg`<path d="m4 20 .9-4L16.500 4.400a1.700 1.700 0 0 1 2.400 0l.7.7a1.700 1.700 0 0 1 0 2.400L8 19.100z"/>`,
  remove: svg`<path d="M5 7h14M10 7V4.500h4V7m-7 0 .8 12.500h8.400L17 7"/>`,
  download: svg`<path d="M12 4v11m-4.500-4.500L12 15l4.500-4.500M5 19.500h14"/>`,
  full: svg`<path d="M9 4H4v5m11-5h5v5M9 20H4v-5m11 5h5v-5"/>`,
  back: svg`<path d="m14.500 5-7 7 7 7"/>`,
  forward: svg`<path d="m9.500 5 7 7-7 7"/>`,
  view: svg`<rect x="3.500" y="4.500" width="7.500" height="6" rx="1.500"/><rect x="13.500" y="4.500" width="7" height="6" rx="1.500"/><rect x="3.500" y="13.500" width="7.500" height="6" rx="1.500"/><rect x="13.500" y="13.500" width="7" height="6" rx="1.500"/>`,
  search: svg`<circle cx="10.500" cy="10.500" r="6"/><path d="m15 15 5 5"/>`,
  snapshot: svg`<path d="M4.500 8h3l1.700-2.500h5.600L16.500 8h3v11h-15z"/><circle cx="12" cy="13.200" r="3.300"/>`,
  pip: svg`<rect x="3" y="5" width="18" height="14" rx="2"/><rect x="12" y="12" width="6.500" height="4.500" rx="1" fill="currentColor"/>`,
  sound: svg`<path d="M4 9.500h3.500L12 5.500v13l-4.500-4H4zM15.500 9a4.500 4.500 0 0 1 0 6m2.500-8.500a8 8 0 0 1 0 11"/>`,
  mute: svg`<path d="M4 9.500h3.500L12 5.500v13l-4.500-4H4zM16 9.500l5 5m0-5-5 5"/>`,
  alert: svg`<path d="M12 4 2.800 19.500h18.400z"/><path d="M12 10v4.500m0 2.500v.01"/>`,
  theme: svg`<circle cx="12" cy="12" r="8.500"/><path d="M12 3.500a8.500 8.500 0 0 1 0 17z" fill="currentColor"/>`,
  eye: svg`<path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z"/><circle cx="12" cy="12" r="2.800"/>`,
  retry: svg`<path d="M4.500 12a7.500 7.500 0 1 0 2.300-5.400L4.500 9m0-5v5h5"/>`,
  leave: svg`<path d="M14 4.500H6.500v15H14M10.500 12H20m-3.500-3.500L20 12l-3.500 3.500"/>`,
  copy: svg`<rect x="8.500" y="8.500" width="11.500" height="11.500" rx="2"/><path d="M5 15.500H4.500A1.500 1.500 0 0 1 3 14V5.500A2 2 0 0 1 5 3.500h8.500A1.500 1.500 0 0 1 15 5v.5"/>`,
  phone: svg`<rect x="6.500" y="2.500" width="11" height="19" rx="2.500"/><path d="M10.500 18.500h3"/>`,
  zones: svg`<path d="M5.500 8 12 4.500l7 4-1.500 9L8 19.500z"/><path d="M5.500 8v.01M12 4.500v.01M19 8.500v.01M17.500 17.500v.01M8 19.500v.01" stroke-width="3.600"/>`,
  upload: svg`<path d="M12 16V5M7.500 9.500 12 5l4.500 4.500M5 19.500h14"/>`,
} satisfies Record<string, unknown>;

export type IconName = keyof typeof PATHS;

/** An icon, hidden from screen readers. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${PATHS[name]}</svg>`;
}
