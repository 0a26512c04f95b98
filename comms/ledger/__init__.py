"""What happened, provably: a hash-chained audit trail for each workspace.

Promises: an entry is written in the transaction of the act it records; sealed entries never change; the
details of an entry can be erased without breaking the chain. Keeps ids, not foreign keys, so that its
entries outlive their subjects.
"""
