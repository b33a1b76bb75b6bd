"""The core job in other hands, for scripts/benchmark.py: each module is a command `RAW OUT`.

The core job is what the request asks for at least: R, F and M of every consumer and the segments,
then sends, valid uses, pay_amount and discount_amount by day, activity and agent, over all and by
segment of today. RAW holds clean files in Parquet whose columns are all text. OUT is a CSV file,
written alike by all, so that it can be compared: `part` (segment, day, activity or agent), `key`,
`user_level` (empty: over all), two counts and two amounts; of a segment the number of consumers,
the sums of F and of M, and 0.

As in docs/rules.md, and unlike the request, today is the last day of the data, F and M are of its
last 365 days, a use is valid within the hours of its coupon and counts for whoever paid, and its
amounts by segment for the consumer that the coupon was sent to.
"""
