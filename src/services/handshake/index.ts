/** What an answer to the upgrade says, and what a failed dial means. */
export { MAX_BODY, readBody } from './answerBody.js';
export { BROKEN, incomplete101, refusalText } from './handshakeAnswer.js';
export { PROTOCOL_HEADER, spacedList, spaceProtocols } from './protocolHeader.js';
