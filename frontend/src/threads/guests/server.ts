/** The server as a guest sees it: one thread, and a pass in the place of a session. */

import { type Bytes, fromUuid } from "../../crypto/bytes";
import { encode, type Value } from "../../crypto/cbor";
import { postCbor, read, send, useGuestPass } from "../../keys/http";
import { array, bytes, text, uint, uuid } from "../../wire/fields";
import { Server } from "../server";

const PASS_LIMIT = 300;

/** What the server asks of a guest before it lets them in. */
export interface Door {
  readonly thread: string;
  readonly nonce: Bytes;
  readonly withCode: boolean;
  /** Whether some browser has opened the link before. */
  readonly isOpened: boolean;
}

export class GuestServer extends Server {
  override readonly socketPath: string = "/ws/guests/";
  private pass = "";

  constructor(
    workspace: string,
    private readonly guest: string,
  ) {
    super(workspace, `/g/${encodeURIComponent(workspace)}/${guest}/`);
  }

  /** Raises ServerError for a link that lets nobody in, with a sentence that says why. */
  async knock(): Promise<Door> {
    const answer = await read(await postCbor(`${this.base}challenge`, []));
    const [thread, nonce, withCode, isOpened] = array(answer, 4);
    return {
      thread: uuid(thread),
      nonce: bytes(nonce, 32),
      withCode: uint(withCode, 0, 1) === 1,
      isOpened: uint(isOpened, 0, 1) === 1,
    };
  }

  /** The challenge, signed: whatever is asked from now on carries the pass. */
  async enter(challenge: Bytes, signature: Bytes): Promise<void> {
    this.admit(await read(await postCbor(`${this.base}pass`, [challenge, signature])));
  }

  /** Puts the guest's own keys in the place of the link's. */
  async replaceKeys(entry: Bytes): Promise<void> {
    this.admit(await read(await send("POST", `${this.base}keys`, entry)));
  }

  override openMessage(): Bytes {
    const fields: [number, Value][] = [
      [0, 75],
      [1, 1],
      [2, this.workspace],
      [3, fromUuid(this.guest)],
      [4, this.pass],
    ];
    return encode(new Map(fields));
  }

  protected override pollAddress(since: string): string {
    const { workspace, guest } = this;
    return `/ws/guests/poll/?${new URLSearchParams({ workspace, guest, since }).toString()}`;
  }

  private admit(answer: Value): void {
    const [pass] = array(answer, 1);
    this.pass = text(pass, 1, PASS_LIMIT);
    useGuestPass(this.pass);
  }
}
