/** The settings of a connection's frames. */

/** How a connection sends. */
export interface SendSettings {
  /** Whether permessage-deflate was agreed on: then `ws` makes the frames. */
  readonly compresses: boolean;
  /** The largest payload of a frame in bytes. Undefined: no limit. */
  readonly maxFrameSize: number | undefined;
}
