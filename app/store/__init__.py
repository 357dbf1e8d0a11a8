"""What the service keeps beside the library: checks and their reports, keys, decisions, the log."""
