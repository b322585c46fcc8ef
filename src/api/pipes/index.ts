/** Streams to and from a connection. */
export {
  type PipeFromOptions,
  type PipeSink,
  type PipeSource,
  type PipeToOptions,
  pipeFrom,
  pipeTo,
} from './pipes.js';
