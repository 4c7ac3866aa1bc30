#!/bin/sh
# The nats CLI as {{ name|comment }}, made by natscert from {{ manifest|comment }}: ./nats.sh sub '>'
exec nats --server={{ urls|shell }} \
  --tlscert={{ cert|shell }} \
  --tlskey={{ key|shell }} \
  --tlsca={{ ca|shell }}{% if tls_first %} --tlsfirst{% endif %} "$@"
