/** The same figures in a worker. */

import { type Read, readMessages } from "./figures";

self.onmessage = ({ data }: MessageEvent<{ checkpoint: string; count: number; rounds: number }>): void => {
  readMessages(data.checkpoint, data.count, data.rounds).then(
    (read: Read) => {
      self.postMessage({ read });
    },
    (error: unknown) => {
      self.postMessage({ failed: String(error) });
    },
  );
};
