"""One container or block format a file: bytes in, fields out.

Every reader is bounded and takes damage as a problem to name, not an error to raise. Which reader
reads what is decided in `app.metadata.read`.
"""
