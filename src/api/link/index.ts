/** One dial and the connection that it becomes. */
export { transportError } from './guardedTransport.js';
export { Link, type LinkClient } from './link.js';
export { RoundTrips, type UserErrorSink } from './roundTrips.js';
