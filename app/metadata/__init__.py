"""What a file says about itself, and what a person should know about that.

Readers run in the sandbox, each within bounds; findings are pure. Nothing here is evidence of a
date: that is decided in `app.verdict`. Start with `read.py`.
"""
