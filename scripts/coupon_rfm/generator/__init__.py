"""Generator of realistic raw exports (ODS files), clean or with planted and listed defects.

Reading order: `settings` (what is asked for), `catalogue` (shops, products, agents, activities),
`shape` (who is sent what and redeems when), `dirt` (which fact gets which defect), `defect` and
`variant` (what a defect looks like), `dimension` (rows and defects of the dimensions), `text`
(numbers to raw text), `files` (files, dirty manifest, folder), `build` (puts them together).
"""

# The committed sample, truth included, is the output of
# `python scripts/generate_ods.py --out seeds/ods --force` followed by these arguments. Yearly,
# so that tables of more than one file are tested wherever the sample is.
SAMPLE_ARGUMENTS = ("--seed", "20", "--sends", "6000", "--shops", "2", "--yearly")
