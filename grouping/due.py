"""What a scheduler does for groups; safe to run twice and from two places at once."""

from grouping import learning, placing


def place_new() -> None:
    """Every opinion gets its group, its suggestions and its likely categories."""
    placing.place_new()


def learn_confirmed() -> None:
    """What people said an opinion is about is learned."""
    learning.learn_confirmed()
