"""Encrypted threads: epochs, wraps and envelopes, as ciphertext only.

Promises: nothing here can read a message, a title or a key; an envelope is accepted once, in a gapless
order, from a member of the current roster who signed it; whoever is removed gets nothing any more.
"""
