/** The transport on the package `ws`. */
export { wsTransport } from './wsTransport.js';
