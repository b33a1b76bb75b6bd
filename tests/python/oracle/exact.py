"""Exact quotients, rounded half up; None where the denominator is 0."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor


def quotient(numerator: int | Decimal, denominator: int | Decimal, decimals: int) -> Decimal | None:
    """Numerator / denominator (neither below 0) with so many decimals."""
    if not denominator:
        return None
    scaled = Fraction(numerator) / Fraction(denominator) * 10**decimals
    return Decimal(floor(scaled + Fraction(1, 2))).scaleb(-decimals)


def rate(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """A rate, share, ROI or mean count: 6 decimals."""
    return quotient(numerator, denominator, 6)


def average_amount(amount: Decimal, count: int) -> Decimal | None:
    """Yuan per item: 2 decimals."""
    return quotient(amount, count, 2)
