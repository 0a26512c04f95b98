"""Queues mails with django-post-office, for bench/campaigns.py. The command sends them and is what is timed."""

from __future__ import annotations

import sys

import django

django.setup()

from post_office.models import PRIORITY, STATUS, Email  # noqa: E402 - needs Django set up


def main() -> None:
    """Queue `argv[1]` mails of `argv[2]` bytes of text."""
    count, size = int(sys.argv[1]), int(sys.argv[2])
    line = "the talks resume on Monday in Dublin with all parties.\r\n"
    body = line * (size // len(line))
    Email.objects.bulk_create(
        [
            Email(
                from_email="no-reply@example.org",
                to=[f"peer{number}@example.org"],
                subject=f"Update for recipient {number}",
                message=f"Dear recipient {number},\r\n{body}",
                headers={"List-Unsubscribe": "<https://example.org/u/0000000000000000/>"},
                status=STATUS.queued,
                priority=PRIORITY.medium,
                number_of_retries=0,
            )
            for number in range(count)
        ],
        batch_size=2000,
    )


if __name__ == "__main__":
    main()
