"""Who is spoken to: stakeholders, how to reach them, on what lawful basis, and the audiences they form.

Promises: names, addresses and notes of people are encrypted in the database; one e-mail address belongs
to one stakeholder of a workspace; a suppressed address stays suppressed until a person lifts it and says
why, even if it is removed and added again; an import that is repeated or interrupted doubles nobody; an
audience is a live question, answered anew each time it is used.
"""
