"""Forms that protect whoever answers, and the work that follows.

Owns forms and their signed versions, submissions, cases with their dialogue and notes, the codebook and the reply
templates. Promises that an answer to a sealed question is ciphertext before it comes here, that nothing open depends on
anything sealed, that a submission is neither lost nor counted twice, and that nothing kept here tells who sent it.
"""
