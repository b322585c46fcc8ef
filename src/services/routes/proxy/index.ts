/** The routes through proxies. */
export { httpProxyRoute } from './httpProxyRoute.js';
export { chooseProxy } from './proxySelection.js';
export { loadFor } from './socksLibrary.js';
export { socksRoute } from './socksRoute.js';
