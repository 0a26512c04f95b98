"""Notes of what may have gone out, in Valkey, one list for each claimed batch.

Why a crash leaves no guesswork:

- Before a text is handed over, a note says so and Valkey has answered; when the server answers, a note says
  what. So a message without a note was never handed over, and one with a first note only is unknown: at most
  one for each open connection.
- A note is only taken while the list is there (RPUSHX). Who recovers a batch renames the list first, in one
  step with reading it, so a sender that was only asleep is refused its next note and sends nothing more.
- The claim keeps the run id of the Valkey that it began with. If Valkey was restarted since, its list may
  have lost its end (it is forced to disk once a second), so every message without an outcome is unknown then.
"""
