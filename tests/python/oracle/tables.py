"""The raw tables of docs/rules.md section 1, as the sources YAML describes them.

Nothing of the SQL is shared: the models name the columns that they clean, each by its own macro.
"""

from __future__ import annotations

from coupon_rfm.raw_tables import RawTable as Table
from coupon_rfm.raw_tables import read_raw_tables

__all__ = ["TABLES", "Table"]

TABLES = read_raw_tables()
