/** What the services take from every runtime. */
export { macrotask, microtask } from './macrotask.js';
export { isOffline } from './offline.js';
export { type NativeSocket, nativeFeatures, openSocket } from './socket.js';
export { wallTime } from './wallClock.js';
