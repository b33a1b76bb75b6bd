"""Python around the dbt project: what the scripts share."""
