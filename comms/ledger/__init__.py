"""What happened, provably: a hash-chained audit trail for each workspace, and one public Merkle log.

Promises: an entry is written in the transaction of the act it records; sealed entries never change; the
details of an entry can be erased without breaking the chain. The log is only added to, without gaps, in the
transaction that stores what it attests, and signed at every size. Keeps ids, not foreign keys, so that its
entries outlive their subjects.
"""
