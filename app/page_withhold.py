"""A report without what could point at a person: for everything that is shown to others."""

from typing import Any

NAMING: tuple[str, ...] = ("issuer", "common_name", "assertions", "actions")


def withheld(report: dict[str, Any]) -> dict[str, Any]:
    """A copy of the report for the page: no raw fields, no evidence values, no signer's name.

    Field names differ from maker to maker, so a list of known identifying ones would miss some:
    the page shows none of them, and the findings in words.
    """
    metadata = report.get("metadata")
    credentials = report.get("credentials")
    return {
        **report,
        "metadata": metadata and {"fields": {}, "findings": metadata.get("findings", [])},
        "credentials": credentials
        and {name: value for name, value in credentials.items() if name not in NAMING},
    }
