/** The routes to a server: what the engine needs of them. */
export { checkForeignTls, lostOptions } from './replacedAgents.js';
export type { Route } from './route.js';
export { routeFor } from './routeFor.js';
export { targetOf } from './target.js';
