/** QR codes as pictures. */
import { html, type TemplateResult } from 'lit-html';
import { encode } from 'uqr';

/** Modules around a code that readers need blank (ISO/IEC 18004 asks for four). */
const BORDER = 4;

/** A code, dark on light in every theme: some readers take no inverted ones. @param label for screen readers */
export function qrCode(text: string, label: string): TemplateResult {
  const { data, size } = encode(text, { border: BORDER, ecc: 'M' });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return html`<svg class="qr-code" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect width="100%" height="100%" fill="#fff"></rect><path d=${path} fill="#000"></path>
  </svg>`;
}
