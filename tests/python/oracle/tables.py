"""The raw tables of docs/rules.md section 1: their columns in order, and the kind of each."""

from __future__ import annotations

from dataclasses import dataclass

KINDS_BY_COLUMN = {
    "activity_type": "activity_type",
    "status": "activity_status",
    "discount_amount": "amount",
    "pay_amount": "amount",
    "price": "amount",
    "cost": "amount",
    "is_stackable": "flag",
    "counts_as_lowest_price": "flag",
    "is_used": "flag",
    "valid_hours": "hours",
}


@dataclass(frozen=True)
class Table:
    """One raw table. `amount` is the column whose value is at stake when a row is not accepted."""

    name: str
    columns: tuple[str, ...]
    is_required: bool = True
    optional_columns: frozenset[str] = frozenset()
    amount: str | None = None
    is_checked: bool = True

    @property
    def key(self) -> str:
        return self.columns[0]

    @property
    def id_columns(self) -> tuple[str, ...]:
        return tuple(column for column in self.columns if column.endswith("_id"))

    def kind(self, column: str) -> str:
        """The kind of section 2 that a column's text is read as."""
        if column.endswith("_id"):
            return "id"
        if column == "end_time":
            return "end"
        if column == "leave_date":
            return "end_date"
        if column.endswith("_time") or column == "updated_at":
            return "time"
        if column.endswith("_date"):
            return "date"
        return KINDS_BY_COLUMN.get(column, "name")


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TABLES = {
    table.name: table
    for table in (
        Table(
            "activity",
            _columns(
                "activity_id activity_name shop_id activity_type discount_amount is_stackable "
                "counts_as_lowest_price start_time end_time status updated_at"
            ),
            amount="discount_amount",
        ),
        Table(
            "coupon_send",
            _columns(
                "send_id activity_id agent_id consumer_id product_id send_time discount_amount "
                "valid_hours session_id"
            ),
            optional_columns=frozenset({"session_id"}),
            amount="discount_amount",
        ),
        Table(
            "coupon_use",
            _columns(
                "use_id send_id order_id consumer_id is_used pay_time pay_amount discount_amount"
            ),
            amount="pay_amount",
        ),
        Table(
            "product",
            _columns("product_id product_name category_name price cost shop_id updated_at"),
            optional_columns=frozenset({"cost"}),
            amount="price",
        ),
        Table(
            "agent",
            _columns("agent_id agent_name shop_id shop_name hire_date leave_date updated_at"),
        ),
        Table(
            "refund",
            _columns("refund_id use_id refund_amount refund_time refund_status"),
            is_required=False,
            is_checked=False,
        ),
        Table(
            "chat_session",
            _columns(
                "session_id consumer_id agent_id start_time end_time first_reply_seconds is_inquiry"
            ),
            is_required=False,
            is_checked=False,
        ),
        Table(
            "shop_order",
            _columns("order_id consumer_id shop_id pay_time pay_amount order_status"),
            is_required=False,
            is_checked=False,
        ),
    )
}
