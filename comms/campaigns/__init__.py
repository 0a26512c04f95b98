"""Planned communications: campaigns, their editions, who approved them, and one ledgered delivery per recipient.

Promises: nothing goes out that a second person did not approve by its hash; a recipient gets a message at
most once unless the list of unknowns says otherwise; after a crash of anything, everything continues by
itself; the counts of an edition add up at every moment.
"""
