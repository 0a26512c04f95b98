"""The one error of this app: something an administrator can mend, said in one sentence."""

from __future__ import annotations


class StackError(Exception):
    """What is wrong and how to mend it, in words for an administrator.

    Commands print it without a traceback and exit with 1, so the text must stand alone and never
    contain a secret.
    """
