"""Today and the palette: every member, each with what they may see."""

from tests.permissions.rows import Row, members

ROWS = [
    Row("insights:today", members()),
    Row("insights:palette", members()),
    Row("insights:palette", members(), query="?q=embassy"),
]
