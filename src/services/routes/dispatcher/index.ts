/** The route through an undici `Dispatcher`. */
export { dispatcherRoute } from './dispatcherRoute.js';
