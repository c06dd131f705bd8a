/** One row in a process of its own: `peer.ts ROW PORT`. Its parent sends the target once the camera is registered. */
import { ROWS, startCamera, type Target } from './rows.ts';

const [, , index = '0', port = '0'] = process.argv;
const row = ROWS[Number(index)];
if (row === undefined) throw new Error(`there is no row ${index}`);
process.on('disconnect', () => process.exit(0));
process.on('message', (target: Target) => void row.client?.(target));
await startCamera(row, Number(port));
process.send?.('ready');
