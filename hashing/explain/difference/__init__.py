"""What differs between a frame and the registered known frame, and where they overlap."""
