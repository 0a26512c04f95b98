"""Notes of what may have gone out, in Valkey, one list for each claimed batch.

Why a crash leaves no guesswork:

- Before a text is handed over, a note says so and Valkey has answered; when the server answers, a note says
  what. So a message without a note was never handed over, and one with a first note only is unknown: at most
  one for each open connection.
- A note is only taken while the list is there (RPUSHX). Who recovers a batch renames the list first, in one
  step with reading it, so a sender that was only asleep is refused its next note and sends nothing more.
- The claim keeps the life of the Valkey that it began with (`lives`). The embedded one hands every note to
  the kernel before it answers, so its notes are complete even if it was killed meanwhile. Where that is not
  known for sure and Valkey was restarted since, every message without an outcome is unknown.
"""
