"""What can be wrong with a stored report."""

from hashing.errors import FirstseenError


class ReportNotUnderstood(FirstseenError):
    """A JSON that is no report, or lacks what a report is nothing without; says where."""
