"""The parent's side of the process that parses strangers' files.

`client.py` has one typed method for each task; `sandbox.py` the process's life; `limits.py` and
`errors.py` load nothing heavy. What runs inside is in `child`, what locks it in `walls`.
"""
