"""Serves TensorZero's gateway from its wheel on a free port of 127.0.0.1, until it is killed."""

import sys
import threading

from tensorzero import _start_http_gateway

config, *postgres = sys.argv[1:]
gateway = _start_http_gateway(
    config_file=config,
    clickhouse_url=None,
    postgres_url=postgres[0] if postgres else None,
    valkey_url=None,
    async_setup=False,
)
print("listening on", gateway.base_url, flush=True)
threading.Event().wait()
