/** Publishing: the version is signed here, by a reader's keys, before the server freezes it. */

import { type Bytes } from "../../crypto/bytes";
import { type Holder, ServerError } from "../../keys";
import { FormThread } from "../../threads/formThread";
import { signVersion } from "../../wire/formVersion";
import { type FeedbackServer, type FormDetail } from "../server";

/** The new version's number. Raises Trouble, ServerError ("overtaken": somebody else has published). */
export async function publishForm(
  server: FeedbackServer,
  unlocked: Holder,
  detail: Pick<FormDetail, "form">,
  definition: Bytes,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const thread = await FormThread.load(server.workspace, unlocked, detail.form.thread);
    const { form } = await server.form(detail.form.id);
    const { record } = thread.epochs().newest;
    const version = await signVersion(
      { record, number: form.versions + 1, definition, member: unlocked.userId, madeAt: Date.now() },
      unlocked.identity,
    );
    try {
      return await server.publish(detail.form.id, definition, version);
    } catch (error) {
      // The readers changed in between: signed once more under the newer key.
      if (!(error instanceof ServerError) || error.code !== "stale-key" || attempt >= 3) throw error;
    }
  }
}
