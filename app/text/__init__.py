"""Values as text: numbers, durations and dates formatted, strangers' text escaped.

Whole sentences are `app.messages`'.
"""
