"""Areas made unrecognisable: blurred, pixelated, filled."""
