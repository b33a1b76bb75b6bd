"""Shops, products, agents and activities of a data set, as arrays; days count from the first day.

Prices, caps and types of some change within the history; times of change are seconds, on a full
minute, like those of `shape`.

Some members never occur in a send (`is_spare`): off-shelf products, activities still in draft,
agents without customers. Only those get defects that make a reader reject the row, so that no send
loses its dimension by accident.
"""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from .names import Names
from .settings import DAY, Draws, Settings

PRODUCTS_PER_SHOP = 500
SPARE_SHARE = 0.2  # of products: off shelf
PRICE_MEDIAN, PRICE_P95, PRICE_MIN, PRICE_MAX = 120.0, 900.0, 9.9, 19_999.0  # yuan
AGENT_SKILL_SD = 0.25  # on the logit
ACTIVITY_UPLIFT_SD = 0.15  # on the logit
FIXED_SHARE = 0.6
FIXED_YUAN = (5, 8, 10, 15, 20, 30, 50, 80, 100)
CAP_YUAN = (30, 50, 80, 100, 200, 300)
DEEPEST = 0.7  # a fixed discount is sent for products dearer than discount / DEEPEST only
FOREVER = 100_000  # days: no leave date
UNCHANGED = 1 << 40  # seconds: no change
CHANGED_PRODUCTS, CHANGED_ACTIVITIES = 20, 5  # one in so many changes
PRICE_CHANGE_SECOND, AMOUNT_CHANGE_SECOND = 9 * 3600, 12 * 3600  # of the day
PRICE_CHANGES = 3  # cut, cut for some days, raised
DEEPEST_CUT, CUT_SPAN, LEAST_PRICE = 12, 20, 300  # per cent of the price left, fen
LONGEST_OFFER = 40  # days until a price that was cut is back
LEAST_DAYS_TO_CHANGE = 6  # of an activity that changes
PEAK_STARTS = ((6, 8, 10), (11, 1, 10))  # month, day, days: 618 and 双11
HOT = 4096  # entries of the table of product popularity


def inverse_normal(count: int) -> np.ndarray:
    """Return the standard normal's quantiles at (i + 0.5) / count, ascending."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((index + 0.5) / count) for index in range(count)])


NORMAL = inverse_normal(4096)


def normal(draws: Draws, count: int) -> np.ndarray:
    """Return `count` standard normal numbers (a table of 4096 quantiles)."""
    return NORMAL[draws.below(len(NORMAL), count)]


@dataclass
class Products:
    """All products: prices and costs in fen (cost -1: not given).

    A price has three versions: before, between and after the two times in `changed_at`.
    """

    price: np.ndarray  # int64 [version, product]
    changed_at: np.ndarray  # int64 [change, product]; UNCHANGED: never
    cost: np.ndarray
    shop: np.ndarray
    is_spare: np.ndarray
    first_day: np.ndarray
    category: list[str]
    name: list[str]
    ladders: list[np.ndarray] = field(default_factory=list)  # per shop: sold ones by dearest price
    instead: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))

    def price_at(self, product: np.ndarray, time: np.ndarray) -> np.ndarray:
        """Return the price of each row's product at its time."""
        first, second = self.changed_at
        version = (time >= first[product]).astype(np.intp) + (time >= second[product])
        return self.price[version, product]

    def ids(self) -> tuple[str, ...]:
        """Return the ids in order."""
        return tuple(f"P{100001 + number}" for number in range(len(self.shop)))


@dataclass
class Agents:
    """All agents; skill on the logit; they serve from `hire_day` to `leave_day`, both included."""

    shop: np.ndarray
    skill: np.ndarray
    hire_day: np.ndarray
    leave_day: np.ndarray
    load: np.ndarray
    is_spare: np.ndarray
    name: list[str]

    def ids(self) -> tuple[str, ...]:
        """Return the ids in order."""
        return tuple(f"K{1001 + number}" for number in range(len(self.shop)))


@dataclass
class Activities:
    """All activities; amount in fen (the cap when custom); from `start_day` to `end_day`.

    Type and amount have two versions: before and after `changed_at`.
    """

    shop: np.ndarray
    is_fixed: np.ndarray  # [version, activity]
    amount: np.ndarray  # int64 [version, activity]
    changed_at: np.ndarray  # int64; UNCHANGED: never
    start_day: np.ndarray
    end_day: np.ndarray
    is_stackable: np.ndarray
    is_lowest: np.ndarray
    uplift: np.ndarray
    is_spare: np.ndarray
    name: list[str]
    ladder_start: np.ndarray  # [version, activity] first place of the ladder that the amount suits

    def version_at(self, activity: np.ndarray, time: np.ndarray) -> np.ndarray:
        """Return the version of each row's activity at its time."""
        return (time >= self.changed_at[activity]).astype(np.intp)

    def ids(self) -> tuple[str, ...]:
        """Return the ids in order."""
        return tuple(f"A{10001 + number}" for number in range(len(self.shop)))


@dataclass
class Roster:
    """Who or what is active, per day and shop: a padded table of members and their number."""

    member: np.ndarray  # int32 [day, shop, place]
    count: np.ndarray  # int64 [day, shop]

    def pick(self, draws: Draws, day: np.ndarray, shop: np.ndarray) -> np.ndarray:
        """Return one active member per row."""
        place = draws.below(self.count[day, shop], len(day))
        return self.member[day, shop, place]


class Catalogue:
    """Everything that sends refer to; the same for clean and dirty data."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.names = Names(settings.language, settings.seed)
        self.shop_names = self.names.shops()[: settings.shops]
        self.shop_ids = tuple(f"D{101 + shop}" for shop in range(settings.shops))
        self.products = draw_products(settings, self.names)
        self.agents = draw_agents(settings, self.names)
        self.activities = draw_activities(settings, self.names, self.products)
        self.hot = draw_popularity(settings)
        agents, activities = self.agents, self.activities
        self.agent_roster = roster(
            settings, agents.shop, agents.hire_day, agents.leave_day, agents.load
        )
        self.activity_roster = roster(
            settings,
            activities.shop,
            activities.start_day,
            activities.end_day,
            np.where(activities.is_spare, 0, 1),
        )

    def pick_product(self, draws: Draws, activity: np.ndarray, time: np.ndarray) -> np.ndarray:
        """Return a product per row that the activity's discount suits at that time."""
        products = np.empty(len(activity), dtype=np.int32)
        place = self.hot[draws.below(HOT, len(activity))]
        version = self.activities.version_at(activity, time)
        start = self.activities.ladder_start[version, activity]
        shop = self.activities.shop[activity]
        for number, ladder in enumerate(self.products.ladders):
            rows = np.flatnonzero(shop == number)
            first = start[rows]
            products[rows] = ladder[first + (place[rows] * (len(ladder) - first) >> 16)]
        is_fixed = self.activities.is_fixed[version, activity]
        amount = self.activities.amount[version, activity]
        is_too_cheap = is_fixed & (self.products.price_at(products, time) * DEEPEST <= amount)
        return np.where(is_too_cheap, self.products.instead[products], products)


def draw_products(settings: Settings, names: Names) -> Products:
    """Draw 500 products per shop, prices lognormal."""
    draws = Draws(settings.seed, "product")
    count = settings.shops * PRODUCTS_PER_SHOP
    spread = math.log(PRICE_P95 / PRICE_MEDIAN) / NormalDist().inv_cdf(0.95)
    price = np.exp(math.log(PRICE_MEDIAN) + spread * normal(draws, count))
    shop = np.repeat(np.arange(settings.shops), PRODUCTS_PER_SHOP)
    dear = np.arange(count) % PRODUCTS_PER_SHOP < 3  # a few up to 20,000 yuan in every shop
    price = np.where(dear, 6_000 + 14_000 * draws.unit(count), price)
    ending = np.array([0, 10, 1])[draws.below(3, count)]  # 120.00, 119.90, 119.99
    fen = np.rint(np.clip(price, PRICE_MIN + 1, PRICE_MAX)).astype(np.int64) * 100 - ending
    is_spare = draws.chance(SPARE_SHARE, count) & ~dear
    margin = 0.35 + 0.35 * draws.unit(count)
    cost = np.where(draws.chance(0.03, count), -1, np.rint(fen * margin).astype(np.int64))
    launched_later = is_spare & draws.chance(0.4, count)
    first_day = np.where(launched_later, draws.below(settings.days, count), 0)
    described = [names.product(number) for number in range(count)]
    prices, changed_at = draw_prices(settings, fen, first_day)
    products = Products(
        price=prices,
        changed_at=changed_at,
        cost=cost,
        shop=shop,
        is_spare=is_spare,
        first_day=first_day,
        category=[category for category, _ in described],
        name=[name for _, name in described],
    )
    for number in range(settings.shops):
        sold = np.flatnonzero((shop == number) & ~is_spare)
        order = np.lexsort((sold, fen[sold]))
        products.ladders.append(sold[order].astype(np.int32))
    products.instead = dearer_unchanged(products)
    return products


def draw_prices(
    settings: Settings, fen: np.ndarray, first_day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return three prices of every product, the dearest of them `fen`, and two times of change."""
    draws = Draws(settings.seed, "price change")
    count, days = len(fen), settings.days
    number = np.arange(count)
    changes = (number % CHANGED_PRODUCTS == 7) & (first_day == 0)
    kind = number // CHANGED_PRODUCTS % PRICE_CHANGES
    cut = np.maximum(fen * (DEEPEST_CUT + draws.below(CUT_SPAN, count)) // 100, LEAST_PRICE)
    first = 1 + draws.below(days - 1, count)
    second = first + 1 + draws.below(LONGEST_OFFER, count)
    is_back = (kind == 1) & (second < days)
    is_raised = kind == 2
    prices = np.stack(
        (
            np.where(changes & is_raised, cut, fen),
            np.where(changes & ~is_raised, cut, fen),
            np.where(changes & ~is_raised & ~is_back, cut, fen),
        )
    )
    times = settings.start + np.stack((first, second)) * DAY + PRICE_CHANGE_SECOND
    happens = np.stack((changes, changes & is_back))
    return prices, np.where(happens, times, UNCHANGED)


def dearer_unchanged(products: Products) -> np.ndarray:
    """Return for every sold product the next dearer one of its shop whose price never changes."""
    instead = np.arange(len(products.is_spare), dtype=np.int32)
    for ladder in products.ladders:
        kept = ladder[0]
        for product in ladder[::-1]:  # the dearest of a shop never changes
            if products.changed_at[0, product] == UNCHANGED:
                kept = product
            instead[product] = kept
    return instead


def draw_agents(settings: Settings, names: Names) -> Agents:
    """Draw 20-60 agents: two stayers and an early leaver per shop, some spares at the end."""
    draws = Draws(settings.seed, "agent")
    shops, days = settings.shops, settings.days
    spares = 6
    count = 20 + int(draws.below(41, 1)[0])
    number = np.arange(count)
    is_spare = number >= count - spares
    hired_later = draws.chance(0.3, count)
    hire_day = np.where(
        hired_later, draws.below(max(days - 60, 1), count), -draws.below(900, count) - 30
    )
    leaves = draws.chance(0.25, count) & ~is_spare
    stay = 30 + draws.below(max(days, 1), count)
    leave_day = np.where(leaves, np.maximum(hire_day, 0) + stay, FOREVER)
    leave_day = np.where(leave_day >= days, FOREVER, leave_day)
    stayer, left_early = number < 2 * shops, (number >= 2 * shops) & (number < 3 * shops)
    hire_day = np.where(stayer | left_early, -400 - number, hire_day)
    leave_day = np.where(stayer, FOREVER, np.where(left_early, -10 - number, leave_day))
    persons = names.persons(count)
    persons[3] = persons[1]  # two share a name
    load = np.where(is_spare, 0, 1 + draws.below(4, count))
    return Agents(
        shop=number % shops,
        skill=AGENT_SKILL_SD * normal(draws, count),
        hire_day=hire_day,
        leave_day=leave_day,
        load=load,
        is_spare=is_spare,
        name=persons,
    )


def draw_spans(settings: Settings, draws: Draws) -> list[tuple[int, int, int, bool]]:
    """Draw shop, first day, last day and is_spare of 60-200 activities a year.

    In every shop one is over before the first day, and a chain of long ones leaves no day without.
    """
    yearly = 60 + int(draws.below(141, 1)[0])
    spans: list[tuple[int, int, int, bool]] = []
    for shop in range(settings.shops):
        spans.append((shop, -75, -20 - shop, False))
        day = -int(draws.below(30, 1)[0])
        while day < settings.days:
            length = 60 + int(draws.below(61, 1)[0])
            spans.append((shop, day, day + length - 1, False))
            day += length
    short = max(round(yearly * settings.days / 365) - len(spans), 4 * settings.shops)
    peaks = peak_days(settings)
    for number in range(short):
        length = int(np.clip(np.rint(12 * np.exp(0.8 * normal(draws, 1)[0])), 2, 120))
        day = int(draws.below(settings.days, 1)[0])
        if peaks and draws.chance(0.25, 1)[0]:
            day = peaks[int(draws.below(len(peaks), 1)[0])]
        spans.append((number % settings.shops, day, day + length - 1, False))
    for number in range(max(10, len(spans) // 12)):  # drafts for the days to come
        day = settings.days + 1 + int(draws.below(40, 1)[0])
        spans.append((number % settings.shops, day, day + 13, True))
    return spans


def draw_activities(settings: Settings, names: Names, products: Products) -> Activities:
    """Draw all activities: when, for which shop, how much."""
    draws = Draws(settings.seed, "activity")
    spans = draw_spans(settings, draws)
    count = len(spans)
    shop, start_day, end_day, is_spare = (np.array(column) for column in zip(*spans, strict=True))
    is_fixed = draws.chance(FIXED_SHARE, count)
    before = np.flatnonzero(end_day < 0)
    is_fixed[before] = True
    amounts = np.where(
        is_fixed,
        np.array(FIXED_YUAN)[draws.below(len(FIXED_YUAN), count)],
        np.array(CAP_YUAN)[draws.below(len(CAP_YUAN), count)],
    )
    types, amount, changed_at = change_amounts(settings, spans, is_fixed, amounts * 100)
    dearest = products.price.max(axis=0)
    ladder_start = np.zeros((2, count), dtype=np.int64)
    for version, row in zip(*np.nonzero(types), strict=True):
        prices = dearest[products.ladders[shop[row]]]
        ladder_start[version, row] = np.searchsorted(
            prices * DEEPEST, amount[version, row], side="right"
        )
    months = [(settings.first_date + timedelta(days=int(day))).month for day in start_day]
    return Activities(
        shop=shop,
        is_fixed=types,
        amount=amount,
        changed_at=changed_at,
        start_day=start_day,
        end_day=end_day,
        is_stackable=draws.chance(0.4, count),
        is_lowest=draws.chance(0.3, count),
        uplift=ACTIVITY_UPLIFT_SD * normal(draws, count),
        is_spare=is_spare,
        name=[names.campaign(number + 1, month) for number, month in enumerate(months)],
        ladder_start=ladder_start,
    )


def change_amounts(
    settings: Settings,
    spans: list[tuple[int, int, int, bool]],
    is_fixed: np.ndarray,
    amount: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return two types and amounts of every activity, and when the second begins to hold.

    In turn a cap is cut to a fifth, a cap is raised from a fifth, a custom activity becomes fixed;
    a fixed activity becomes custom, with half its amount as the cap.
    """
    types, amounts = np.stack((is_fixed, is_fixed)), np.stack((amount, amount))
    changed_at = np.full(len(spans), UNCHANGED)
    turn = 0
    for number, (_, start, end, is_spare) in enumerate(spans):
        day = start + (end - start + 1) // 2
        is_long = end - start + 1 >= LEAST_DAYS_TO_CHANGE and 1 <= day < settings.days
        if is_spare or not is_long or number % CHANGED_ACTIVITIES != 1:
            continue
        changed_at[number] = settings.start + day * DAY + AMOUNT_CHANGE_SECOND
        if is_fixed[number]:
            types[1, number] = False
            amounts[1, number] = max(amount[number] // 200 * 100, 200)
            continue
        if turn % 3 == 2:
            types[1, number] = True
            amounts[1, number] = 1_000
        else:
            amounts[1 - turn % 3, number] = amount[number] // 5
        turn += 1
    return types, amounts, changed_at


def peak_days(settings: Settings) -> list[int]:
    """Return the days of the history on which the activities of 618 and 双11 start."""
    days = []
    for year in range(settings.first_date.year, settings.end_date.year + 1):
        for month, first, length in PEAK_STARTS:
            start = (date(year, month, first) - settings.first_date).days
            days += [day for day in range(start, start + length) if 0 <= day < settings.days]
    return days


def draw_popularity(settings: Settings) -> np.ndarray:
    """Return places on a ladder (16-bit fractions): some are far more popular than others."""
    draws = Draws(settings.seed, "popularity")
    places = draws.below(1 << 16, 600)
    weight = 1.0 / np.sqrt(np.arange(1, 601))
    share = np.cumsum(weight) / weight.sum()
    return places[np.searchsorted(share, (np.arange(HOT) + 0.5) / HOT)]


def roster(
    settings: Settings, shop: np.ndarray, first: np.ndarray, last: np.ndarray, load: np.ndarray
) -> Roster:
    """List the members with first day <= day <= last day, each `load` times."""
    count = np.zeros((settings.days, settings.shops), dtype=np.int64)
    lists = {}
    for day in range(settings.days):
        active = (first <= day) & (day <= last) & (load > 0)
        for number in range(settings.shops):
            members = np.flatnonzero(active & (shop == number))
            lists[day, number] = np.repeat(members, load[members])
            count[day, number] = len(lists[day, number])
    member = np.zeros((settings.days, settings.shops, int(count.max())), dtype=np.int32)
    for (day, number), members in lists.items():
        member[day, number, : len(members)] = members
    return Roster(member=member, count=count)
