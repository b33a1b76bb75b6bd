"""The core job in PySpark as the request writes it: its calculate_rfm_layer, then group-bys.

Its settings are those of Spark, but for local[2]. Uses and levels, which the request keeps in files
between its steps, are kept in memory. Amounts are doubles. What differs says `coupon_rfm.bench`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.functions import col, lit, when


def calculate_rfm_layer(send_df: DataFrame, use_df: DataFrame) -> DataFrame:
    """R, F, M, their scores and the segment of every consumer."""
    dates = use_df.select(F.to_date("pay_time").alias("day")).union(
        send_df.select(F.to_date("send_time").alias("day"))
    )
    current_date = dates.agg(F.max("day")).first()[0]

    user_behavior = send_df.select("consumer_id").unionByName(
        use_df.select(col("payer").alias("consumer_id"), "pay_time", "is_used", "pay_amount"),
        allowMissingColumns=True,
    )
    is_in_window = F.datediff(lit(current_date), "pay_time") < 365
    rfm_base = user_behavior.groupBy("consumer_id").agg(
        F.coalesce(F.datediff(lit(current_date), F.max("pay_time")), lit(999)).alias("R"),
        F.count(when((col("is_used") == "是") & is_in_window, 1)).alias("F"),
        F.coalesce(F.sum(when(is_in_window, col("pay_amount"))), lit(0)).alias("M"),
    )
    r_score = when(col("R") <= 7, 5).when(col("R") <= 30, 4).when(col("R") <= 90, 3).when(
        col("R") <= 180, 2).otherwise(1)  # fmt: skip
    f_score = when(col("F") >= 10, 5).when(col("F") >= 5, 4).when(col("F") >= 3, 3).when(
        col("F") >= 1, 2).otherwise(1)  # fmt: skip
    # The sum of doubles may be a hair below 10000.
    money = F.round("M", 2)
    m_score = when(money >= 10000, 5).when(money >= 5000, 4).when(money >= 1000, 3).when(
        money >= 100, 2).otherwise(1)  # fmt: skip
    rfm_with_score = (
        rfm_base.withColumn("R_score", r_score)
        .withColumn("F_score", f_score)
        .withColumn("M_score", m_score)
        .withColumn("rfm_total", col("R_score") + col("F_score") + col("M_score"))
    )
    user_level = (
        when(col("rfm_total") > 12, "高价值用户")
        .when(col("rfm_total") > 8, "潜力用户")
        .when(col("rfm_total") > 5, "一般用户")
        .otherwise("流失用户")
    )
    return rfm_with_score.withColumn("user_level", user_level)


def core_job(spark: SparkSession, raw: Path) -> list[tuple[object, ...]]:
    """The rows of all parts."""
    send_df = spark.read.parquet(f"{raw}/coupon_send.parquet").select(
        *("send_id", "consumer_id", "activity_id", "agent_id"),
        F.to_timestamp("send_time").alias("send_time"),
        col("valid_hours").cast("int").alias("valid_hours"),
    )
    use_df = (
        spark.read.parquet(f"{raw}/coupon_use.parquet")
        .filter(col("is_used") == "是")
        .select(
            *("send_id", col("consumer_id").alias("payer"), "is_used"),
            F.to_timestamp("pay_time").alias("pay_time"),
            col("pay_amount").cast("double").alias("pay_amount"),
            col("discount_amount").cast("double").alias("discount_amount"),
        )
        .join(send_df, on="send_id")
        .filter("pay_time between send_time and send_time + make_interval(0, 0, 0, 0, valid_hours)")
        .cache()
    )
    levels = calculate_rfm_layer(send_df, use_df).cache()
    rows: list[tuple[object, ...]] = [
        ("segment", "", row["user_level"], row["n"], row["f"], row["m"], 0)
        for row in levels.groupBy("user_level")
        .agg(F.count("*").alias("n"), F.sum("F").alias("f"), F.sum("M").alias("m"))
        .collect()
    ]
    sent = send_df.join(levels.select("consumer_id", "user_level"), "consumer_id").withColumn(
        "day", F.to_date("send_time")
    )
    used = use_df.join(levels.select("consumer_id", "user_level"), "consumer_id").withColumn(
        "day", F.to_date("pay_time")
    )
    for part, key in (("day", "day"), ("activity", "activity_id"), ("agent", "agent_id")):
        for by in ([key], [key, "user_level"]):
            sends = sent.groupBy(*by).agg(F.count("*").alias("sends"))
            uses = used.groupBy(*by).agg(
                F.count("*").alias("uses"),
                F.sum("pay_amount").alias("pay"),
                F.sum("discount_amount").alias("discount"),
            )
            for row in sends.join(uses, by, "full").fillna(0).collect():
                level = row["user_level"] if len(by) > 1 else ""
                figures = (row["sends"], row["uses"], row["pay"], row["discount"])
                rows.append((part, str(row[key]), level, *figures))
    return rows


def main(raw: Path, out: Path) -> None:
    """Run the job."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    rows = core_job(spark, raw)
    spark.stop()
    with out.open("w", encoding="utf-8", newline="") as file:
        header = "part,key,user_level,first_count,second_count,first_amount,second_amount"
        csv.writer(file).writerows([header.split(","), *rows])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
