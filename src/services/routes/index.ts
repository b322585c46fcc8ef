/** The routes to a server: direct, through a proxy, through a dispatcher. */
export { checkForeignTls, lostOptions } from './replacedAgents.js';
export type { Route } from './route.js';
export { routeFor } from './routeFor.js';
export { targetOf } from './target.js';
