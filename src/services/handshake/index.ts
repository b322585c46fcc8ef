/** The opening handshake: its headers, and the answers that refuse it. */
export { MAX_BODY, readBody } from './answerBody.js';
export { BROKEN, incomplete101, refusalText } from './handshakeAnswer.js';
export { PROTOCOL_HEADER, spacedList, spaceProtocols } from './protocolHeader.js';
