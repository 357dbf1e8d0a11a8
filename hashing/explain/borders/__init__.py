"""What lies along the borders of a frame: bars, captions, other footage."""
