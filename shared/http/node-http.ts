/**
 * Node's HTTP. An `import` of values from `node:http` reads all its exports; that of `WebSocket` loads
 * the client behind `fetch`, which takes 45 ms of CPU and 2 MB of heap in each process.
 */
export const http = process.getBuiltinModule('node:http');
