"""Which opinions are about the same thing, and what they are about. Pure: texts and places in, scores out.

How and why: docs/likeness.md.
"""
