"""A file -> frames at their true times, and the small frames that are kept.

The only room that opens media. Runs in the sandbox. Start with `video.py`.
"""
