/** Files in a conversation, put together: what hangs on the composer, and the cards in messages. */

import { type Unlocked } from "../../keys";
import { type Server } from "../server";
import { Attaching, type AttachingView } from "./attaching";
import { type BlobServer, blobsAt, destroyFile } from "./blobServer";
import { FileViews } from "./fileView";
import { RememberedUploads } from "./remembered";
import { type FileWords } from "./words";
import { openInWorker, sealInWorker } from "./worker";

export { type Attaching, NO_FILES } from "./attaching";
export { bodiesOf } from "./bodies";
export { type FileViews } from "./fileView";
export { FILE_NAMES, type FileWords } from "./words";

export class Files {
  readonly views: FileViews;
  private readonly server: BlobServer;

  private constructor(
    private readonly thread: string,
    server: Server,
    private readonly remembered: RememberedUploads,
    private readonly words: FileWords,
  ) {
    this.server = blobsAt(server.address(thread));
    this.views = new FileViews({ server: this.server, opening: openInWorker }, words);
  }

  static async of(
    thread: string,
    server: Server,
    unlocked: Pick<Unlocked, "userId" | "unsafeVaultKey">,
    words: FileWords,
  ): Promise<Files> {
    const remembered = await RememberedUploads.open(unlocked.userId, unlocked.unsafeVaultKey());
    return new Files(thread, server, remembered, words);
  }

  /** The button, the drop zone and the list under the composer. Once for each page. */
  attaching(root: HTMLElement, view: AttachingView): Attaching {
    const { thread, server, remembered } = this;
    return new Attaching(root, { thread, server, remembered, sealing: sealInWorker }, this.words, view);
  }

  /** Destroys the file of a message that is deleted. Raises as `destroyFile` does. */
  destroy(blob: string): Promise<void> {
    return destroyFile(this.server, blob);
  }
}
