"""What is asked of the generator, and its streams of random numbers."""

import csv
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

DEFAULT_END_DATE = date(2026, 11, 15)  # a constant, because nothing here reads a clock
TEST_ACCOUNT_FILE = Path(__file__).parents[3] / "seeds" / "reference" / "test_account.csv"
DAY = 86_400  # seconds


@dataclass(frozen=True)
class Settings:
    """One data set. `dirty_rate` multiplies the shares of planted defects; 0 plants none."""

    out: Path
    seed: int = 20
    sends: int = 100_000
    days: int = 420
    end_date: date = DEFAULT_END_DATE
    shops: int = 3
    format: str = "csv"
    batches: bool = False
    yearly: bool = False
    dirty_rate: float = 1.0
    language: str = "zh_CN"
    test_consumers: tuple[str, ...] = ()
    test_agents: tuple[str, ...] = ()

    @property
    def first_date(self) -> date:
        """First day with events."""
        return self.end_date - timedelta(days=self.days - 1)

    @property
    def start(self) -> int:
        """Local midnight of the first day, in seconds since 1970-01-01 00:00 local time."""
        return (self.first_date - date(1970, 1, 1)).days * DAY

    @property
    def stop(self) -> int:
        """Local midnight after the last day, in the same seconds."""
        return self.start + self.days * DAY


def read_test_accounts(path: Path = TEST_ACCOUNT_FILE) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the test consumers and of the test agents.

    Raises:
        ValueError: the file is missing or lists no consumer or no agent.
    """
    if not path.is_file():
        raise ValueError(f"the list of test accounts {path} is missing")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["account_type"], row["account_id"]) for row in csv.DictReader(file)]
    consumers, agents = (
        tuple(account for kind, account in rows if kind == wanted)
        for wanted in ("consumer", "agent")
    )
    if not consumers or not agents:
        raise ValueError(f"{path} must list at least one consumer and one agent")
    return consumers, agents


class Draws:
    """A stream of random numbers that is the same on every machine and numpy version.

    Only raw 64-bit words of PCG64 are used: numpy guarantees those, not the distributions
    (NEP 19). Every purpose has a stream of its own, so that planting defects changes no clean row.
    """

    def __init__(self, seed: int, purpose: str, *index: int) -> None:
        self._bits = np.random.PCG64(
            np.random.SeedSequence([seed, zlib.crc32(purpose.encode("ascii")), *index])
        )

    def words(self, count: int) -> np.ndarray:
        """Return `count` uint64 words."""
        return self._bits.random_raw(count)

    def unit(self, count: int) -> np.ndarray:
        """Return `count` float64 in [0, 1)."""
        return (self.words(count) >> np.uint64(11)) * 2.0**-53

    def below(self, limit: int | np.ndarray, count: int) -> np.ndarray:
        """Return `count` int64 in [0, limit); `limit` (< 2**31) may be one per draw."""
        return ((self.words(count) >> np.uint64(33)).astype(np.int64) * limit) >> 31

    def chance(self, share: float, count: int) -> np.ndarray:
        """Return `count` booleans, true with probability `share`."""
        return self.words(count) < np.uint64(min(int(share * 2.0**64), 2**64 - 1))
