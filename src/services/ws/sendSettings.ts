/** How the messages of a connection are put into frames. */

/** How a connection sends. */
export interface SendSettings {
  readonly compresses: boolean;
  /** Bytes of payload that a frame may hold; undefined: as many as there are. */
  readonly maxFrameSize: number | undefined;
}
