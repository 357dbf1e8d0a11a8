"""Types of columns that mean the same in every engine.

SQLite's INTEGER has 64 bits and its texts compare by their bytes; here PostgreSQL's do as well.
Timestamps are texts, so their order must not depend on how a server was set up.
"""

from typing import Final

import sqlalchemy as sa

Integer: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
