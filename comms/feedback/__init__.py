"""Forms, what people answer to them, and the cases that follow.

Owns forms and their frozen versions, submissions, the dialogue with whoever sent one, and the team's work on it.
Promises that a sealed answer reaches the server only sealed, that nothing says who answered or at which hour, that a
submission is never lost, doubled or taken beyond a limit, and that only the readers of a form's thread are given what
is sealed.
"""
