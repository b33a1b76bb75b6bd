"""Spark on this machine: whether it can start here, and a small cluster behind a Thrift Server."""
