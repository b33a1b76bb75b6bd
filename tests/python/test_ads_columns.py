"""Every column of every ads table is compared with its source, or recomputed from other columns."""

from __future__ import annotations

from conftest import Manifest

RECOMPUTED = {  # by a test of its own, which reads other columns
    "ads_activity_effect": {
        *("roi_rank", "use_rate_rank", "pay_amount_rank"),  # …__ranks_follow_their_measures
    },
    "ads_consumer_segment": {
        # …__equals_the_snapshot_of_as_of_date; consumer_id comes by its key
        *("consumer_id", "as_of_date", "last_use_date", "recency_days", "frequency", "monetary"),
        *("r_score", "f_score", "m_score", "rfm_total", "user_level", "user_sub_level"),
        *("lifecycle", "first_send_date", "last_send_date"),
    },
    "ads_agent_performance": {
        "use_rate_rank",  # ads_activity_effect__ranks_follow_their_measures
        *("avg_discount_amount", "pay_amount_per_consumer"),  # …__averages_follow_from_its_sums
    },
    "ads_overview_layered": {
        # ads_overview_layered__shares_are_parts_of_the_overview
        *("send_share", "use_share", "pay_amount_share"),
    },
    "ads_segment_strategy": {
        "user_level",  # ads_segment_strategy__names_every_segment
        # ads_segment_strategy__shows_the_figures_of_its_segment
        *("consumer_count", "consumer_share", "frequency_sum", "pay_amount", "pay_amount_share"),
        *("avg_recency_days", "avg_frequency", "avg_monetary"),
    },
    "ads_coupon_cube": {
        # ads_coupon_cube__equals_its_source_day_by_day, and the relationships of the ids
        *("stat_date", "shop_id", "activity_id", "agent_id", "user_level", "send_count"),
        *("use_count", "redeemed_send_count", "send_discount_amount", "discount_amount"),
        "pay_amount",
    },
}


def test_every_ads_column_is_compared(manifest: Manifest) -> None:
    nodes = manifest["nodes"]
    compared: dict[str, set[str]] = {}
    for node in nodes.values():
        metadata = node.get("test_metadata") or {}
        if metadata.get("name") == "equals_sources":
            model = nodes[node["attached_node"]]["name"]
            for source in metadata["kwargs"]["sources"]:
                for part in ("key", "columns", "renamed"):
                    compared.setdefault(model, set()).update(source.get(part, ()))
    ads = [node for node in nodes.values() if node["unique_id"].startswith("model.coupon_rfm.ads_")]
    assert len(ads) >= 14
    for model in ads:
        name = model["name"]
        covered = compared.get(name, set()) | RECOMPUTED.get(name, set())
        assert covered == set(model["columns"]), name
