"""What is typed: parse, call, print.

A command loads what it needs when it runs, so that `--help` stays quick. Rendering a report is
`app.report`'s. Start with `commands.py`.
"""
